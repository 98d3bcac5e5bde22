import type { Session } from './sign-in.ts'

/** An event of `GET /live/events`. */
export interface LiveEvent {
  type: string
  subject: string | null
  detail: Record<string, unknown>
}

/** The place in the stream of events that is now. */
export async function cursorNow(base: string, who: Session): Promise<string> {
  let cursor = ''
  await read(`${base}/live/events?topics=files`, who, (field, value) => {
    if (field === 'id') cursor = value
    return cursor !== ''
  })
  return cursor
}

/** The events after a cursor, up to the first that `isLast`. */
export async function eventsFrom(
  base: string,
  who: Session,
  cursor: string,
  isLast: (event: LiveEvent) => boolean,
): Promise<LiveEvent[]> {
  const events: LiveEvent[] = []
  await read(`${base}/live/events?topics=files&after=${cursor}`, who, (field, value) => {
    if (field !== 'data') return false
    const event: LiveEvent = JSON.parse(value)
    events.push(event)
    return isLast(event)
  })
  return events
}

async function read(
  url: string,
  headers: Session,
  take: (field: string, value: string) => boolean,
): Promise<void> {
  const { ok, status, body } = await fetch(url, { headers })
  if (!ok || !body) throw new Error(`${url} answered no stream, but ${status}.`)
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { value: chunk, done } = await reader.read()
    if (done) return
    const lines = (text + chunk).split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) {
      const [, field = '', value = ''] = /^(\w+): (.*)$/.exec(line) ?? []
      if (take(field, value)) return reader.cancel()
    }
  }
}
