import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventStream, type EventStreamOptions, formatEvent } from './event-stream.ts'
import { openStream } from './testing/sse-client.ts'
import { until } from './testing/until.ts'

test('an event is written as the standard reads it', () => {
  expect(formatEvent({ event: 'handlingStatusChanged', id: 'e-1', data: '<table>\n</table>' })).toBe(
    'event: handlingStatusChanged\nid: e-1\ndata: <table>\ndata: </table>\n\n',
  )
  expect(formatEvent({ data: '' })).toBe('data: \n\n')
})

test('whatever the data holds, it ends nothing but itself', () => {
  fc.assert(
    fc.property(
      fc
        .array(fc.constantFrom('\n', '\r', '\r\n', 'a', ' ', ':', 'data: x', 'é'))
        .map((parts) => parts.join('')),
      (data) => {
        const text = formatEvent({ data })
        expect(text.endsWith('\n\n')).toBe(true)
        const lines = text.slice(0, -2).split('\n')
        expect(lines.every((line) => line.startsWith('data: '))).toBe(true)
        expect(lines.map((line) => line.slice(6))).toEqual(data.split(/\r\n|\r|\n/))
      },
    ),
  )
})

async function serve(handle: (stream: EventStream) => void, options: EventStreamOptions = {}) {
  const server = createServer((_, response) => {
    const stream = new EventStream(response, options)
    stream.open()
    handle(stream)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('who sends into a client that does not read is stopped at the buffer’s limit', async () => {
  let stream: EventStream | undefined
  let closed = 0
  const server = await serve(
    (opened) => {
      stream = opened
      opened.onClose(() => closed++)
    },
    { maxBufferedBytes: 100_000 },
  )
  const client = await openStream(server.url)
  client.pause()
  for (let sent = 0; !stream?.closed; sent++) {
    if (sent > 10_000) throw new Error('It took everything.')
    stream?.send({ event: 'handlingStatusChanged', data: 'x'.repeat(10_000) })
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(closed).toBe(1)
  // What comes after the end is not written, and fails nobody.
  stream?.send({ data: 'late' })
  await stream?.write('late')
  stream?.drop('stopped')
  client.resume()
  await until('the end', client.ended)
  expect(client.events.at(-1)).toMatchObject({ event: 'dropped', data: '{"reason":"slow"}' })
  await server.close()
})

test('a client that takes nothing for two heartbeats is dropped, though little waits for it', async () => {
  let stream: EventStream | undefined
  const server = await serve(
    (opened) => {
      stream = opened
    },
    { heartbeatEvery: 100, maxBufferedBytes: 50_000_000 },
  )
  const client = await openStream(server.url)
  client.pause()
  stream?.send({ data: 'x'.repeat(20_000_000) })
  await until('it is dropped', () => stream?.closed === true)
  client.close()
  await server.close()
})

test('a client that goes away ends the stream', async () => {
  let stream: EventStream | undefined
  const server = await serve((opened) => {
    stream = opened
  })
  const client = await openStream(server.url)
  client.close()
  await until('the end', () => stream?.closed === true)
  await server.close()
})
