import { parseArgs } from 'node:util'

export const usage = `npm run bench -- [options]
  --counts 20000,200000  jobs in bulk and drain, one row for each
  --single 20000         jobs enqueued one by one
  --samples 300          jobs in each run of latency
  --rounds 3             rounds of which the median counts; engines take turns, the first to go alternates
  --latency-rounds 5
  --only bulk,drain      some of: bulk, single, drain, latency
  --database URL         a server to use instead of a fresh one; databases are made on it and dropped`

const measures = ['bulk', 'single', 'drain', 'latency'] as const
export type Measure = (typeof measures)[number]

export interface Flags {
  help: boolean
  counts: number[]
  single: number
  samples: number
  rounds: number
  latencyRounds: number
  only: Measure[]
  database: string | undefined
}

/** @throws Error with a sentence about the flag that is wrong. */
export function readFlags(args: string[]): Flags {
  const { values } = parseArgs({
    args,
    options: {
      counts: { type: 'string', default: '20000,200000' },
      single: { type: 'string', default: '20000' },
      samples: { type: 'string', default: '300' },
      rounds: { type: 'string', default: '3' },
      'latency-rounds': { type: 'string', default: '5' },
      only: { type: 'string', default: measures.join(',') },
      database: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    help: values.help,
    counts: values.counts.split(',').map((text) => count(text, 'counts')),
    single: count(values.single, 'single'),
    samples: count(values.samples, 'samples'),
    rounds: count(values.rounds, 'rounds'),
    latencyRounds: count(values['latency-rounds'], 'latency-rounds'),
    only: values.only.split(',').map(measure),
    database: values.database,
  }
}

function count(text: string, flag: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(`--${flag} takes whole numbers above 0; "${text}" is none.`)
}

function measure(text: string): Measure {
  const found = measures.find((name) => name === text)
  if (found) return found
  throw new Error(`--only takes some of ${measures.join(', ')}; "${text}" is none.`)
}
