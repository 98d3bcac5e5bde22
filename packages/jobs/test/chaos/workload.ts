import type { KindName } from './handlers.ts'
import type { Rules } from './history.ts'
import { timing } from './program.ts'
import type { Random } from './random.ts'

export const queues = ['default', 'other', 'serial', 'limited', 'unique']

/** Set before the first job. */
export const limits = {
  limited: {
    running: 6,
    starts: { most: 30, per: 1_000 },
    perKey: { running: 2, starts: { most: 20, per: 1_000 } },
  },
}

/** What holds for the whole run. */
export const rules: Rules = { schedules: { tick: 1_000 }, queues: limits }

export const schedule = { name: 'tick', cron: '* * * * * *', missed: 'all', overlap: 'allow' } as const

interface Keys {
  serialKey?: string
  limitKey?: string
  uniqueKey?: string
  debounce?: number
}

/** One call: which kind of job, how much of it, and with what options. */
export interface Planned {
  kind: KindName
  n: number
  options: { queue: string; priority: number }
  keys: Keys
  /** Due in so many ms. */
  delay: number
  /** Due at once, with no priority. */
  plain: boolean
}

const weights: Record<Exclude<KindName, 'tick' | 'debounced'>, number> = {
  quick: 40,
  wait: 40,
  fail: 10,
  report: 8,
  listen: 5,
  late: 3,
  snooze: 5,
  thread: 1,
  process: 0.5,
  leak: 1,
  block: 0.5,
  exit: 0.1,
  memory: 0.05,
}

export function plan(random: Random): Planned {
  const queue = random.weighted({ default: 60, other: 15, serial: 15, limited: 8, unique: 6 })
  if (queue === 'unique' && random.chance(0.7)) return debounced(random)
  const keyed = queue !== 'default' && queue !== 'other'
  const kind = keyed ? (random.pick(tame) ?? 'quick') : random.weighted(weights)
  const plain = random.chance(0.8)
  return {
    kind,
    n: amount(kind, random, keyed ? 0.02 : 0.1),
    options: { queue, priority: !plain && random.chance(0.5) ? 1 : 0 },
    keys: {
      ...(queue === 'serial' ? { serialKey: `s${random.between(1, 12)}` } : {}),
      ...(queue === 'limited' ? { limitKey: `l${random.between(1, 4)}` } : {}),
      ...(queue === 'unique' ? { uniqueKey: `u${random.between(1, 3)}` } : {}),
    },
    delay: !plain && random.chance(0.5) ? random.between(1, 3_000) : 0,
    plain,
  }
}

/** More calls come within the time than there are keys. */
function debounced(random: Random): Planned {
  return {
    kind: 'debounced',
    n: 0,
    options: { queue: 'unique', priority: 0 },
    keys: { uniqueKey: `d${random.between(1, 2)}`, debounce: 1_000 },
    delay: 0,
    plain: false,
  }
}

/** What jobs of keys and limits do, as each holds up others. */
const tame = ['quick', 'wait', 'fail', 'listen', 'report'] as const

/** @param long the share of those that take long */
function amount(kind: KindName, random: Random, long: number): number {
  if (kind === 'fail') return random.between(1, 4)
  if (kind === 'block') return random.between(100, timing.dead * 2)
  if (kind === 'leak') return random.between(1, 20)
  if (kind === 'snooze') return random.between(1, 3)
  // Some never return, or end their sandbox.
  if (kind === 'thread' || kind === 'process')
    return random.chance(0.1) ? (random.pick([3_000, 13]) ?? 0) : random.between(14, 300)
  if (kind === 'late') return random.between(50, 300)
  // Most are short; a few outlive a death.
  return random.chance(long) ? random.between(500, 3_000) : random.between(1, 100)
}
