import { duration } from './duration.ts'

/** "4 min ago", "in 2 h", "just now". The browser's `assets/time.js` says the same: keep them alike. */
export function ago(at: Date, now: Date = new Date()): string {
  const ms = now.getTime() - at.getTime()
  if (Math.abs(ms) < 1_000) return 'just now'
  return ms > 0 ? `${duration(whole(ms))} ago` : `in ${duration(whole(-ms))}`
}

/** How long something has lasted, in whole seconds. */
const whole = (ms: number) => Math.max(1_000, Math.round(ms / 1_000) * 1_000)
