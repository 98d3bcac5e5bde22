/** An event of `GET /live/events`. */
export interface LiveEvent {
  type: string
  subject: string | null
  detail: Record<string, unknown>
}

/** The place in the stream of events that is now. */
export async function cursorNow(base: string): Promise<string> {
  let cursor = ''
  await read(`${base}/live/events?topics=files`, (field, value) => {
    if (field === 'id') cursor = value
    return cursor !== ''
  })
  return cursor
}

/** The events after a cursor, up to the first that `isLast`. */
export async function eventsFrom(
  base: string,
  cursor: string,
  isLast: (event: LiveEvent) => boolean,
): Promise<LiveEvent[]> {
  const events: LiveEvent[] = []
  await read(`${base}/live/events?topics=files&after=${cursor}`, (field, value) => {
    if (field !== 'data') return false
    const event: LiveEvent = JSON.parse(value)
    events.push(event)
    return isLast(event)
  })
  return events
}

async function read(url: string, take: (field: string, value: string) => boolean): Promise<void> {
  const { body } = await fetch(url)
  if (!body) throw new Error(`${url} answered no stream.`)
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
