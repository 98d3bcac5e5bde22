import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CacheType } from '../../platform/cache/index.ts'
import {
  hasMemcached,
  hasRedis,
  startMemcached,
  startRedis,
  type TestServer,
} from '../../platform/cache/testing/servers.ts'
import { filesClient } from './testing/client.ts'
import { type FilesProgram, filesProgram } from './testing/program.ts'

const inTime = { timeout: 50_000, interval: 100 }

let program: FilesProgram
let client: ReturnType<typeof filesClient>
/** A file whose report names Bob. */
let people: number
beforeAll(async () => {
  program = await filesProgram()
  client = filesClient(program.url)
  await program.startWorker()
  people = await send('name,amount\nAda,1\nBob,2\n')
})
afterAll(() => program.stop())

async function send(text: string): Promise<number> {
  const { body } = await client.send(text)
  await client.until(body.id, 'Ok')
  return body.id
}

async function ask(path: string) {
  const answer = await fetch(client.at(path), { headers: { 'hx-request': 'true', accept: 'text/html' } })
  const text = await answer.text()
  // The popup around the report says how long ago things were.
  return { status: answer.status, report: /<div class="report">.*<form/s.exec(text)?.[0] ?? text }
}

const figures = () => program.context.cache.figures()
const settled = () => program.context.cache.settle()

describe('A report', () => {
  it('is made once for all who look at it, as a popup and as JSON', async () => {
    for (const path of [`${people}/detail/`, `${people}/report/`]) {
      const { hits, kept } = figures()
      const first = await ask(path)
      await settled()
      expect(first.report).toContain('Bob')
      expect(await ask(path)).toEqual(first)
      expect(figures()).toMatchObject({ hits: hits + 1, kept: kept + 1 })
    }
  })

  it('is shown anew once the file was run again, and to nobody once it was removed', async () => {
    const id = await send('a|b\nsecret|2\n')
    const before = await ask(`${id}/detail/`)
    await settled()
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    await fetch(client.at(`${id}/run/`), { method: 'POST', headers, body: '{"delimiter":";"}' })
    await client.until(id, 'Ok')
    const after = await ask(`${id}/detail/`)
    expect(after.report).not.toBe(before.report)
    expect(after.report).toContain('secret|2')
    await settled()
    await client.remove(id)
    expect((await ask(`${id}/detail/`)).report).not.toContain('secret')
    expect((await ask(`${id}/report/`)).status).toBe(409)
  })
})

describe('While the cache is down', () => {
  const servers: [CacheType, boolean, () => Promise<TestServer>, (port: number) => object][] = [
    ['RedisCache', hasRedis, startRedis, (port) => ({ url: `redis://127.0.0.1:${port}`, timeout: 1_000 })],
    [
      'MemcachedCache',
      hasMemcached,
      startMemcached,
      (port) => ({ servers: [`127.0.0.1:${port}`], timeout: 1_000 }),
    ],
  ]
  for (const [type, here, start, entry] of servers) {
    it.skipIf(!here)(
      `${type}: no request fails, and reports come from it again when it is back`,
      async () => {
        const server = await start()
        try {
          await writeFile(
            join(program.context.config.home, '_cache_config.json'),
            JSON.stringify({ [type]: entry(server.port) }),
          )
          await program.context.settings.change([{ configName: 'CACHE_TYPE', value: type }], {
            accountId: null,
          })
          const whole = await ask(`${people}/detail/`)
          await settled()
          const before = figures()
          expect(await ask(`${people}/detail/`)).toEqual(whole)
          expect(figures()).toMatchObject({ type, hits: before.hits + 1, troubles: [] })

          const asked = Array.from({ length: 200 }, (_, at) => at)
          const answers = await Promise.all(
            [0, 1, 2, 3, 4].map(async (lane) => {
              const mine = []
              for (const at of asked.filter((each) => each % 5 === lane)) {
                if (at === 60) await server.freeze()
                if (at === 120) await server.kill()
                mine.push(await ask(`${people}/${at % 2 ? 'detail' : 'report'}/`))
              }
              return mine
            }),
          )
          expect(answers.flat().filter(({ status }) => status !== 200)).toEqual([])
          expect(answers.flat().every(({ report }) => report.includes('Bob'))).toBe(true)
          expect(figures().troubles).not.toEqual([])

          await server.startAgain()
          const { hits } = figures()
          const back = async () => {
            expect(await ask(`${people}/detail/`)).toEqual(whole)
            await settled()
            return figures().hits
          }
          await expect.poll(back, inTime).toBeGreaterThan(hits)
          expect(figures().troubles).toEqual([])
        } finally {
          await server.stop()
        }
      },
    )
  }
})
