import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Topic } from '../live/index.ts'
import type { HttpServer } from '../platform/http/index.ts'

export interface Heard {
  topic: Topic
  /** Milliseconds between two looks. */
  every: number
  /** Never rejects. */
  look(): Promise<void>
  /** Nobody listens any more. */
  left(): void
}

/** Looks at something every so often, only while a browser of this process listens to a topic. */
export function whileHeard(app: HttpServer, { topic, every, look, left }: Heard): void {
  let listeners = 0
  let beating = false
  let timer: NodeJS.Timeout | undefined

  async function beat(): Promise<void> {
    if (listeners === 0) {
      beating = false
      left()
      return
    }
    await look()
    timer = setTimeout(beat, every).unref()
  }

  // By the server's own event, so that it doesn't matter who serves the stream, and from when on.
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!listensTo(topic, request.url)) return
    listeners++
    response.once('close', () => {
      listeners--
    })
    if (beating) return
    beating = true
    void beat()
  })
  app.addHook('onClose', async () => clearTimeout(timer))
}

function listensTo(topic: Topic, url = ''): boolean {
  const { pathname, searchParams } = new URL(url, 'http://local.invalid')
  if (!/^\/live\/events\/?$/.test(pathname)) return false
  const topics = searchParams.get('topics')
  return topics === null || topics.split(',').includes(topic)
}
