import type { Logger } from './live.ts'
import { RateLimit } from './rate-limit.ts'

const longest = 2_000
const levels = { debug: 'debug', info: 'info', warning: 'warn', warn: 'warn', error: 'error' } as const

/** Takes what pages report into the server's log, each line cut to 2,000 characters, so many and no more. */
export class BrowserLog {
  readonly #log: Logger
  /** All browsers together. */
  readonly #all = new RateLimit({ burst: 200, perSecond: 50 })

  /** `log` must name the source: a person who reads it should know that anybody may have written this. */
  constructor(log: Logger) {
    this.#log = log
  }

  /** A connection's own share: 20 lines at once, then 5 a second. */
  forConnection(): (given: unknown) => void {
    const own = new RateLimit({ burst: 20, perSecond: 5 })
    let left = 0
    return (given) => {
      const line = lineOf(given)
      if (!line) return
      const now = performance.now()
      if (!own.allows(now) || !this.#all.allows(now)) {
        left++
        return
      }
      if (left > 0) this.#log.warn(`${left} line(s) of a browser were left out: too many at once.`)
      left = 0
      this.#log[line.level](line.message)
    }
  }
}

function lineOf(given: unknown): { level: 'debug' | 'info' | 'warn' | 'error'; message: string } | null {
  if (typeof given !== 'object' || given === null || !('message' in given)) return null
  const { message } = given
  if (typeof message !== 'string' || message === '') return null
  const asked = 'level' in given && typeof given.level === 'string' ? given.level.toLowerCase() : 'info'
  const level = isLevel(asked) ? levels[asked] : 'info'
  return { level, message: message.length > longest ? `${message.slice(0, longest)}…` : message }
}

const isLevel = (name: string): name is keyof typeof levels => Object.hasOwn(levels, name)
