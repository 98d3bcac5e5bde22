import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openStream, type SseClient } from '../live/testing/sse-client.ts'
import { createAccounts } from '../platform/accounts/accounts.ts'
import type { Asker } from '../platform/accounts/asker.ts'
import { signedIn } from '../platform/accounts/testing/signed-in.ts'
import { as, askerFor, asNobody } from '../platform/accounts/testing.ts'
import { type TestWeb, testWeb } from './testing.ts'

let web: TestWeb
let origin: string
const opened: { close(): void }[] = []

beforeAll(async () => {
  web = await testWeb()
  await web.app.listen({ host: '127.0.0.1', port: 0 })
  origin = `http://127.0.0.1:${(web.app.server.address() as AddressInfo).port}`
})
afterEach(() => {
  for (const client of opened.splice(0)) client.close()
})
afterAll(() => web.stop())

async function stream(path: string, headers: Record<string, string>): Promise<SseClient> {
  const client = await openStream(`${origin}${path}`, { accept: 'text/event-stream', ...headers })
  opened.push(client)
  return client
}

interface Connected {
  socket: Socket
  dropped: unknown[]
  messages: { type: string; detail: unknown; topic?: string }[]
}

async function connect(headers: Record<string, string>): Promise<Connected> {
  const socket = io(origin, { extraHeaders: headers, reconnection: false })
  opened.push(socket)
  const messages: Connected['messages'] = []
  const dropped: unknown[] = []
  socket.on('message', (message) => messages.push(message))
  socket.on('dropped', ({ reason }) => dropped.push(reason))
  await new Promise((resolve, reject) => {
    socket.once('cursor', resolve)
    socket.once('connect_error', reject)
  })
  return { socket, messages, dropped }
}

/** Something happens to a job, and to a file after it. */
async function publish(): Promise<void> {
  const { database, live } = web.context
  await database.transaction(({ client }) =>
    live.publish(
      client,
      { topic: 'jobs', type: 'changed', subject: 'job:7', detail: 'of a job' },
      { topic: 'cases', type: 'changed', subject: 'case:7', detail: 'of a case' },
      { topic: 'files', type: 'changed', subject: 'file:7', detail: 'of a file' },
    ),
  )
}

const details = (events: { data: string }[]) => events.map(({ data }) => JSON.parse(data).detail)

describe('Server-sent events', () => {
  it.each(['/live/events', '/processing_file/listen-updates/'])('are refused to nobody: %s', async (path) => {
    const client = await stream(path, asNobody)
    await expect.poll(client.ended).toBe(true)
    expect([client.status, JSON.parse(client.body()).error]).toEqual([401, 'unauthenticated'])
  })

  it('are refused to a role that may not see the files', async () => {
    expect((await stream('/processing_file/listen-updates/', as({ role: 'specialist' }))).status).toBe(403)
    expect((await stream('/processing_file/listen-updates/', as({ role: 'staff' }))).status).toBe(200)
  })

  it('are those that their reader may see', async () => {
    const [admin, staff, key, specialist] = await Promise.all([
      stream('/live/events', as({ role: 'admin' })),
      stream('/live/events', as({ role: 'staff' })),
      stream('/live/events', as({ role: 'admin', via: 'key', scopes: ['files'] })),
      stream('/live/events', as({ role: 'specialist' })),
    ])
    await publish()
    await expect.poll(() => details(admin.events)).toEqual(['of a job', 'of a case', 'of a file'])
    await expect.poll(() => details(staff.events)).toEqual(['of a job', 'of a file'])
    await expect.poll(() => details(key.events)).toEqual(['of a file'])
    // What is behind them has come to all, so nothing of them is still on its way.
    expect([specialist.status, specialist.events]).toEqual([200, []])
  })
})

describe('Socket.IO', () => {
  it('refuses nobody, and a page of another site', async () => {
    await expect(connect(asNobody)).rejects.toThrow()
    await expect(connect({ ...as({ role: 'admin' }), origin: 'https://evil.example' })).rejects.toThrow()
  })

  it('sends what its user may see', async () => {
    const [staff, specialist] = await Promise.all([
      connect(as({ role: 'staff' })),
      connect(as({ role: 'specialist' })),
    ])
    await publish()
    await expect.poll(() => staff?.messages.map(({ detail }) => detail)).toEqual(['of a job', 'of a file'])
    expect(specialist?.messages).toEqual([])
  })

  it('sends a form token to sessions, and a fresh one to the session whose form was refused, alone', async () => {
    const session = (name: string) => as({ role: 'staff', via: 'session', session: name })
    const [one, twin, other, key] = await Promise.all([
      connect(session('s-1')),
      connect(session('s-1')),
      connect(session('s-2')),
      connect(as({ role: 'staff', via: 'key' })),
    ])
    const write = (token: string) =>
      web.app.inject({
        method: 'POST',
        url: '/processing_file/1/delete',
        headers: { host: 'localhost', accept: 'application/json', 'x-csrf-token': token, ...session('s-1') },
      })
    const tokens = ({ messages }: Connected) =>
      messages.flatMap(({ type, detail }) =>
        type === 'csrf' ? [(detail as { process: string; token: string }).token] : [],
      )
    await expect.poll(() => tokens(other).length).toBe(1)
    expect(tokens(one)).toHaveLength(1)
    expect(tokens(key)).toEqual([])

    const foreign = web.app.formToken(askerFor({ via: 'session', session: 's-2' })) ?? ''
    expect((await write(foreign)).json().error).toBe('csrf')
    await expect.poll(() => [tokens(one).length, tokens(twin).length]).toEqual([2, 2])
    // It holds: what is refused now is the file, which isn't there.
    expect((await write(tokens(one)[1] ?? '')).json().error).toBe('file_unknown')
    expect([tokens(other).length, key.messages]).toEqual([1, []])
  })
})

describe('An open connection', () => {
  it('of a key ends once that is revoked', async () => {
    const { keys } = web.context.accounts
    const asked = {
      name: 'Listener',
      scopes: ['jobs.read'],
      owner: { role: 'staff' as const },
      expiresAt: null,
    }
    const { key, made } = await keys.make(asked, { by: 'program' })
    const events = await stream('/live/events', { authorization: `Bearer ${key}` })
    expect(events.ended()).toBe(false)
    await keys.revoke(made.id, { by: 'program' })
    await expect.poll(() => events.ended(), { timeout: 20_000 }).toBe(true)
    expect(events.events.at(-1)?.data).toBe('{"reason":"revoked"}')
  })

  it('ends where its user may not stay, whichever process was told; all others stay', async () => {
    // Another process on the same database: it knows of no connection.
    const elsewhere = await createAccounts(web.context)
    const sql = (text: string, id: string | null) => web.context.database.pool.query(text, [id])
    const ways: Record<string, (asker: Asker) => Promise<unknown>> = {
      'signed out': (asker) => elsewhere.signOut(asker),
      'session ended on /account': async (asker) =>
        elsewhere.endSessions(asker, { id: asker.sessionId ?? '' }),
      deactivated: (asker) => elsewhere.people.deactivate(asker.account.id, asker),
      'another role': (asker) => elsewhere.people.changeRole(asker.account.id, 'specialist', asker),
      'session ran out': ({ sessionId }) =>
        sql('update factotum.session set expires_at = now() where id = $1', sessionId),
    }
    const open = async () => {
      const { asker, headers } = await signedIn(web.context, 'operator')
      const [events, table, socket] = await Promise.all([
        stream('/live/events', headers),
        stream('/processing_file/listen-updates/', headers),
        connect(headers),
      ])
      return { asker, events, table, socket }
    }
    const [stays, ...leave] = await Promise.all([open(), ...Object.values(ways).map(open)])
    const ends = ({ events, table, socket }: Awaited<ReturnType<typeof open>>) => [
      events.ended() && events.events.at(-1)?.data,
      table.ended() && table.events.at(-1)?.data,
      socket.socket.connected || socket.dropped,
    ]
    await Promise.all(Object.values(ways).map((way, index) => way(leave[index]?.asker ?? askerFor({}))))
    const revoked = '{"reason":"revoked"}'
    for (const [index, way] of Object.keys(ways).entries()) {
      const connections = leave[index]
      if (!connections) throw new Error(`Nobody was connected: ${way}.`)
      await expect
        .poll(() => [way, ...ends(connections)], { timeout: 20_000 })
        .toEqual([way, revoked, revoked, ['revoked']])
    }
    expect(ends(stays)).toEqual([false, false, true])
  })
})
