import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFile } from './find.ts'
import { giveUpFile } from './give-up.ts'
import { filesClient } from './testing/client.ts'
import { type FilesProgram, filesProgram } from './testing/program.ts'

let program: FilesProgram
let client: ReturnType<typeof filesClient>
beforeAll(async () => {
  program = await filesProgram()
  client = filesClient(program.url)
})
afterAll(() => program.stop())

/** Tables as they come, until the reader has seen what it waits for. */
async function* tables(): AsyncGenerator<string> {
  // A connection of its own, whose end is the reader's: `fetch` would keep it in a pool.
  const asking = get(client.at('listen-updates/'), { agent: false })
  const [response]: IncomingMessage[] = await once(asking, 'response')
  expect(response?.headers['content-type']).toMatch(/^text\/event-stream/)
  let text = ''
  try {
    for await (const chunk of response ?? []) {
      text += chunk
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n')
        text = text.slice(end + 2)
        if (!lines.includes('event: handlingStatusChanged')) continue
        yield lines.flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : [])).join('\n')
      }
    }
  } finally {
    asking.destroy()
  }
}

describe('The table that is sent', () => {
  it('comes at once and after every change', async () => {
    const { body } = await client.send('a\n1\n', 'sent.csv')
    const seen: string[] = []
    for await (const table of tables()) {
      seen.push(table)
      expect(table).toMatch(/^<table.*<\/table>$/s)
      if (seen.length === 1) await client.remove(body.id)
      if (table.includes('Canceled')) break
    }
    expect(seen[0]).toContain('sent.csv')
    expect(seen[0]).not.toContain('Canceled')
  })

  it('misses no change that is made while the first one is rendered', async () => {
    const { body } = await client.send('a\n1\n', 'raced.csv')
    const { pool } = program.context.database
    const query: (...args: unknown[]) => unknown = pool.query.bind(pool)
    let raced = false
    // The change is committed after the first table was read, and before it is sent.
    Reflect.set(pool, 'query', async (...args: unknown[]) => {
      const answer = await query(...args)
      if (!raced && JSON.stringify(args[0]).includes('desc limit')) {
        raced = true
        await giveUpFile(program.context, await findFile(program.context, String(body.id)), {
          createdBy: null,
        })
      }
      return answer
    })
    const row = new RegExp(`id="file-${body.id}"(?:(?!</tr>).)*`, 's')
    const seen: string[] = []
    try {
      for await (const table of tables()) {
        seen.push(row.exec(table)?.[0] ?? '')
        if (seen.at(-1)?.includes('Canceled')) break
      }
    } finally {
      Reflect.deleteProperty(pool, 'query')
    }
    expect(seen[0]).toContain('Waiting')
    expect(seen.at(-1)).toContain('Canceled')
  })

  it('has the newest 100 and comes at most four times a second', async () => {
    for (let sent = 0; sent < 105; sent++) await client.send('a\n1\n', `many-${sent}.csv`)
    const { id } = (await client.send('a\n1\n', 'last.csv')).body
    let received = 0
    const begun = performance.now()
    let changes = true
    const changing = (async () => {
      while (changes) {
        await program.context.live.publish(program.context.database.pool, {
          topic: 'files',
          type: 'changed',
          subject: `file:${id}`,
          detail: null,
        })
        await setTimeout(5)
      }
    })()
    for await (const table of tables()) {
      expect(table.match(/<tr id="file-/g)).toHaveLength(100)
      expect(table).not.toContain('many-0.csv')
      if (++received === 8) break
    }
    changes = false
    await changing
    // Eight tables have seven pauses between them. A timer may be a millisecond early.
    expect(performance.now() - begun).toBeGreaterThan(7 * 249)
  })
})
