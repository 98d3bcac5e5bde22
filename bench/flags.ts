import { parseArgs } from 'node:util'

export const usage = `npm run bench -- [options]
  --only bulk,drain        some of: bulk, single, drain, latency, flat, ten-processes, waking, keys, idle, cost
  --peers graphile,bullmq  peers whose names contain one of these; "none" for none. Default: all
  --jobs 20000,200000      jobs in bulk and drain, one row for each
  --single 20000           jobs enqueued one by one
  --rounds 3               rounds of which the median counts; who goes first alternates
  --samples 300            jobs in each run of latency
  --latency-rounds 5
  --flat 50000             jobs whose rate is taken beside each heap of others
  --waiting 1000000        jobs that wait meanwhile, and as many scheduled ones
  --dead 1800000           jobs that ran before, while a transaction held back cleaning
  --minutes 0              instead of --dead: so long at 1,000 jobs a second beside that transaction
  --history 10000000       jobs in history
  --processes 10           workers on one queue
  --shared 200000          jobs that they share
  --transactions 20000     callers' own transactions of one enqueue each
  --idle-seconds 60        how long an idle worker is watched
  --database URL           a server to use instead of a fresh one; databases are made on it and dropped`

export interface Flags {
  help: boolean
  only: string[] | null
  peers: string[] | null
  jobs: number[]
  single: number
  rounds: number
  samples: number
  latencyRounds: number
  flat: number
  waiting: number
  dead: number
  minutes: number
  history: number
  processes: number
  shared: number
  transactions: number
  idleSeconds: number
  database: string | undefined
}

/** @throws Error with a sentence about the flag that is wrong. */
export function readFlags(args: string[]): Flags {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      peers: { type: 'string' },
      jobs: { type: 'string', default: '20000,200000' },
      single: { type: 'string', default: '20000' },
      rounds: { type: 'string', default: '3' },
      samples: { type: 'string', default: '300' },
      'latency-rounds': { type: 'string', default: '5' },
      flat: { type: 'string', default: '50000' },
      waiting: { type: 'string', default: '1000000' },
      dead: { type: 'string', default: '1800000' },
      minutes: { type: 'string', default: '0' },
      history: { type: 'string', default: '10000000' },
      processes: { type: 'string', default: '10' },
      shared: { type: 'string', default: '200000' },
      transactions: { type: 'string', default: '20000' },
      'idle-seconds': { type: 'string', default: '60' },
      database: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    help: values.help,
    only: values.only?.split(',') ?? null,
    peers: values.peers?.split(',') ?? null,
    jobs: values.jobs.split(',').map((text) => count(text, 'jobs')),
    single: count(values.single, 'single'),
    rounds: count(values.rounds, 'rounds'),
    samples: count(values.samples, 'samples'),
    latencyRounds: count(values['latency-rounds'], 'latency-rounds'),
    flat: count(values.flat, 'flat'),
    waiting: count(values.waiting, 'waiting'),
    dead: count(values.dead, 'dead'),
    minutes: values.minutes === '0' ? 0 : count(values.minutes, 'minutes'),
    history: count(values.history, 'history'),
    processes: count(values.processes, 'processes'),
    shared: count(values.shared, 'shared'),
    transactions: count(values.transactions, 'transactions'),
    idleSeconds: count(values['idle-seconds'], 'idle-seconds'),
    database: values.database,
  }
}

function count(text: string, flag: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(`--${flag} takes whole numbers above 0; "${text}" is none.`)
}
