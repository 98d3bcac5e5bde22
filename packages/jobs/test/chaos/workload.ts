import type { CallOptions } from '../../src/index.ts'
import type { KindName } from './handlers.ts'
import type { Rules } from './history.ts'
import { timing } from './program.ts'
import type { Random } from './random.ts'

export const queues = ['default', 'other']

/** What holds for the whole run. */
export const rules: Rules = { schedules: { tick: 1_000 } }

export const schedule = { name: 'tick', cron: '* * * * * *', missed: 'all', overlap: 'allow' } as const

/** One call: which kind of job, how much of it, and with what options. */
export interface Planned {
  kind: KindName
  n: number
  options: CallOptions
  /** Due in so many ms. */
  delay: number
}

const weights: Record<Exclude<KindName, 'tick'>, number> = {
  quick: 40,
  wait: 40,
  fail: 10,
  report: 8,
  listen: 5,
  late: 3,
  leak: 1,
  block: 0.5,
  exit: 0.1,
  memory: 0.05,
}

export function plan(random: Random): Planned {
  const kind = random.weighted(weights)
  return {
    kind,
    n: amount(kind, random),
    options: { queue: random.chance(0.8) ? 'default' : 'other', priority: random.chance(0.2) ? 1 : 0 },
    delay: random.chance(0.1) ? random.between(1, 3_000) : 0,
  }
}

function amount(kind: KindName, random: Random): number {
  if (kind === 'fail') return random.between(1, 4)
  if (kind === 'block') return random.between(100, timing.dead * 2)
  if (kind === 'leak') return random.between(1, 20)
  if (kind === 'late') return random.between(50, 300)
  // Most are short; a few outlive a death.
  return random.chance(0.1) ? random.between(500, 3_000) : random.between(1, 100)
}
