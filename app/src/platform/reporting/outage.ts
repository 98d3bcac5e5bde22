import type { Logger } from 'pino'

/** Says in the log that a receiver is away, once, and that it is back: it is no reason to fill the log. */
export function outage(log: Pick<Logger, 'warn' | 'info'>, receiver: string, what: string) {
  let away = false
  return {
    failed(reason: string): void {
      if (!away) log.warn({ reason }, `${receiver} can't be reached; ${what} are lost until it is back`)
      away = true
    },
    worked(): void {
      if (away) log.info(`${receiver} is back`)
      away = false
    },
  }
}
