import { LiveError } from './error.ts'
import { topics as known, type Topic } from './messages.ts'

/** Names as topics. @throws LiveError that names the allowed ones */
export function parseTopics(names: readonly string[]): Topic[] {
  return [...new Set(names)].map((name) => {
    const topic = known.find((one) => one === name)
    if (topic) return topic
    throw new LiveError('unknown_topic', `There is no live topic "${name}". Allowed: ${known.join(', ')}.`)
  })
}
