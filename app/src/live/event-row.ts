import { formatCursor } from './cursor.ts'
import type { Json, LiveEvent, Topic } from './messages.ts'

/** An event as the database answers it. */
export interface EventRow {
  pos: string
  published_at: Date
  topic: Topic
  message: { type: string; detail: Json; subject: string | null; extra: { [key: string]: Json } }
}

export function toEvent(epoch: string, { pos, published_at, topic, message }: EventRow): LiveEvent {
  const position = Number(pos)
  return {
    cursor: formatCursor({ epoch, position }),
    position,
    topic,
    at: published_at.toISOString(),
    ...message,
  }
}
