import { type CronRule, latestFire, nextFires } from './cron.ts'

/** What becomes of runs that were missed: none, one for all of them, or each that is not older than the window. */
export type Missed = 'skip' | 'once' | 'all'

export interface FireRule extends CronRule {
  missed: Missed
  /** In milliseconds; bounds `'all'`. */
  missedWindow: number
}

export interface DueFires {
  /** The times to enqueue a job for, oldest first; at most 1,000. */
  fires: Date[]
  /** Fires before `now` that nobody will make; counted up to 1,000. */
  missed: number
  /** What to store as the next fire; not after `now` where there were more than 1,000. Null where none comes. */
  next: Date | null
}

/** A fire that is made less than this late counts as on time. */
const onTime = 60_000
const most = 1000

/** What a schedule whose next fire is stored as `next` owes at `now`. */
export function dueFires(rule: FireRule, next: Date, now: Date): DueFires {
  const after = new Date(next.getTime() - 1)
  const { fires, missed } = owed(rule, after, now)
  const last = fires.length === most ? fires.at(-1) : undefined
  return { fires, missed, next: nextFires(rule, last ?? now, 1)[0] ?? null }
}

function owed(rule: FireRule, after: Date, now: Date): Omit<DueFires, 'next'> {
  const punctual = new Date(now.getTime() - onTime)
  if (after >= punctual) return { fires: nextFires(rule, after, most, now), missed: 0 }
  if (rule.missed === 'all') {
    const oldest = new Date(Math.max(after.getTime(), now.getTime() - rule.missedWindow))
    return {
      fires: nextFires(rule, oldest, most, now),
      missed: nextFires(rule, after, most, oldest).length,
    }
  }
  const latest = latestFire(rule, rule.missed === 'skip' ? punctual : after, now)
  const fires = latest ? [latest] : []
  return { fires, missed: nextFires(rule, after, most + fires.length, now).length - fires.length }
}
