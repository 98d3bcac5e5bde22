import { LiveError } from './error.ts'
import type { SqlClientLike } from './live.ts'
import type { LiveMessage, Topic } from './messages.ts'
import { parseTopics } from './topics.ts'

/** A message must fit every subscriber's buffer, or it could never be delivered. */
export const maxMessageBytes = 64 * 1024

export async function publish(client: SqlClientLike, schema: string, messages: LiveMessage[]): Promise<void> {
  if (messages.length === 0) return
  await client.query(
    `select ${schema}.live_publish($1::text[], $2::json[])`,
    columns(messages.map(encodeMessage)),
  )
}

/** A message as it is stored. */
export interface EncodedMessage {
  topic: Topic
  /** JSON. */
  text: string
}

/** Two parameters, as `live_publish` and `live_move` take messages. */
export function columns(messages: readonly EncodedMessage[]): [topics: Topic[], texts: string[]] {
  return [messages.map(({ topic }) => topic), messages.map(({ text }) => text)]
}

export function encodeMessage(message: LiveMessage): EncodedMessage {
  check(message)
  const { topic, type, detail, subject = null, extra = {} } = message
  const text = JSON.stringify({ type, detail, subject, extra })
  const bytes = Buffer.byteLength(text)
  if (bytes > maxMessageBytes) {
    throw new LiveError(
      'message_too_large',
      `The live message "${type}" has ${bytes} bytes; ${maxMessageBytes} are allowed. Publish what it is about and let readers load the rest.`,
    )
  }
  return { topic, text }
}

/** Types hold most of this; callers without them, and values computed at run time, meet it here. */
function check({ topic, type, detail }: { topic: string; type: string; detail: unknown }): void {
  parseTopics([topic])
  if (type === 'csrf') {
    throw new LiveError(
      'not_for_all',
      'A csrf token is for one connection alone and is not published: the Socket.IO outlet sends it.',
    )
  }
  if (detail === undefined)
    throw new LiveError('no_detail', `The live message "${type}" has no detail; give null.`)
  if (type === 'progress') checkProgress(detail)
}

function checkProgress(detail: unknown): void {
  const value = typeof detail === 'object' && detail !== null && 'value' in detail ? detail.value : undefined
  if (typeof value === 'number' && value >= 0 && value <= 1) return
  throw new LiveError('progress_out_of_range', `A progress value is from 0 to 1; this is ${String(value)}.`)
}
