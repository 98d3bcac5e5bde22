import { get, type IncomingMessage } from 'node:http'
import { until } from './until.ts'

/** An event as a browser would dispatch it. */
export interface ReceivedEvent {
  event: string
  data: string
  id: string
}

/** A client that reads the stream as the standard says, unless it is told to read nothing. */
export interface SseClient {
  status: number
  headers: IncomingMessage['headers']
  events: ReceivedEvent[]
  comments: string[]
  lastEventId(): string
  /** What was not a stream: the answer's body. */
  body(): string
  ended(): boolean
  /** Stops reading, or reads on. */
  pause(): void
  resume(): void
  close(): void
}

export function openStream(url: string, headers: Record<string, string> = {}): Promise<SseClient> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent: false }, (response) => {
      const events: ReceivedEvent[] = []
      const comments: string[] = []
      let id = ''
      let rest = ''
      let body = ''
      let ended = false
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        body += text
        const blocks = (rest + text).split('\n\n')
        rest = blocks.pop() ?? ''
        for (const block of blocks) read(block)
      })
      response.on('error', () => {})
      response.on('close', () => {
        ended = true
      })

      function read(block: string): void {
        let event = 'message'
        const data: string[] = []
        for (const line of block.split('\n')) {
          const [field, value = ''] = /^([^:]*): ?(.*)$/s.exec(line)?.slice(1) ?? []
          if (field === '') comments.push(value)
          else if (field === 'event') event = value
          else if (field === 'id') id = value
          else if (field === 'data') data.push(value)
        }
        if (data.length > 0) events.push({ event, data: data.join('\n'), id })
      }

      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        events,
        comments,
        lastEventId: () => id,
        body: () => body,
        ended: () => ended,
        pause: () => response.pause(),
        resume: () => response.resume(),
        close: () => request.destroy(),
      })
    })
    request.on('error', reject)
  })
}

/** The answer of a request that is refused. */
export async function refused(url: string): Promise<{ status: number; body: unknown }> {
  const client = await openStream(url)
  await until('the answer', client.ended)
  return { status: client.status, body: JSON.parse(client.body()) }
}
