import { JobManager } from '@factotum/jobs'
import pg from 'pg'
import { runAlone } from './alone.ts'
import type { Caller } from './contender.ts'
import { factotum } from './factotum.ts'
import { emptied, fill } from './fill.ts'
import type { Flags } from './flags.ts'
import { assertOnce } from './once.ts'
import type { Program, Stage } from './program.ts'
import { type Findings, median, ratio } from './report.ts'
import { startWorkerProcess } from './worker-process.ts'

/** What else is in the tables while the same number of jobs is run. */
interface Heap {
  what: string
  least: number
  /** Adds it to an empty queue; answers what takes it away again. */
  add(url: string, flags: Flags): Promise<() => Promise<void>>
  /** How many jobs wait behind those that are measured. */
  behind(flags: Flags): number
}

const nothing = async () => {}
const heaps: Heap[] = [
  {
    what: 'others waiting, as many scheduled',
    least: 0.9,
    async add(url, flags) {
      await schedule(url, flags.waiting)
      return nothing
    },
    behind: ({ waiting }) => waiting,
  },
  { what: 'run beside a transaction that holds back cleaning', least: 0.9, add: holdBack, behind: () => 0 },
  {
    what: 'in history',
    least: 0.95,
    async add(url, flags) {
      await fillHistory(url, flags.history)
      return nothing
    },
    behind: () => 0,
  },
]

export const flat: Program = {
  name: 'flat',
  counted:
    'jobs a second that a fresh worker process starts, from the first to the last of the same number of jobs, with each heap in the tables and without, taking turns in two databases; each job ran exactly once',
  async measure(stage) {
    const all: Findings = { rows: [], verdicts: [] }
    for (const heap of heaps) {
      const what = nameOf(heap, stage.flags)
      const [without, beside] = await compare(stage, heap, what)
      const rowOf = (text: string, value: number) =>
        all.rows.push({ what: text, unit: 'jobs/s', medians: new Map([[factotum.name, value]]) })
      rowOf('drain without', without)
      rowOf(`drain with ${what}`, beside)
      all.verdicts.push(ratio(3, `drain with ${what}`, beside / without, heap.least, 'drain without'))
    }
    return all
  },
}

function nameOf({ what, least, behind }: Heap, flags: Flags): string {
  const many = (count: number) => count.toLocaleString('en')
  if (behind(flags) > 0) return `${many(flags.waiting)} ${what}`
  if (least === 0.95) return `${many(flags.history)} ${what}`
  return `${many(ranBefore(flags))} ${what}`
}

/** Rates without and with the heap: medians of rounds in turn. */
async function compare(stage: Stage, heap: Heap, what: string): Promise<[number, number]> {
  const { flags, postgres, say } = stage
  return postgres.withEmpty((plain) =>
    postgres.withEmpty(async (heaped) => {
      const callers = [await factotum.open(plain), await factotum.open(heaped)] as const
      const takeAway = await heap.add(heaped, flags)
      try {
        const one = new Queue(plain, callers[0], flags.flat)
        const other = new Queue(heaped, callers[1], flags.flat, heap.behind(flags))
        const rates: [number[], number[]] = [[], []]
        for (let round = 0; round < flags.rounds; round++) {
          const turns = [0, 1] as const
          for (const turn of round % 2 === 0 ? turns : ([1, 0] as const)) {
            const rate = await (turn === 0 ? one : other).rate()
            rates[turn].push(rate)
            say(`flat, ${turn === 0 ? 'without' : what}: ${Math.round(rate)}`)
          }
        }
        await one.check()
        await other.check()
        return [median(rates[0]), median(rates[1])]
      } finally {
        await takeAway()
        for (const caller of callers) await caller.close()
      }
    }),
  )
}

/** A queue that is filled up before each round, and knows what ran of it. */
class Queue {
  readonly #url: string
  readonly #caller: Caller
  readonly #jobs: number
  readonly #behind: number
  #added = 0
  #ran: number[] = []

  constructor(url: string, caller: Caller, jobs: number, behind = 0) {
    this.#url = url
    this.#caller = caller
    this.#jobs = jobs
    this.#behind = behind
  }

  async rate(): Promise<number> {
    const missing = this.#jobs + this.#behind - (this.#added - this.#ran.length)
    await fill(this.#caller, missing, this.#added)
    this.#added += missing
    const worker = await startWorkerProcess(factotum, this.#url)
    try {
      await worker.begin()
      const rate = await worker.pace(this.#jobs)
      for (const n of (await worker.stop()).numbers) this.#ran.push(n)
      return rate
    } finally {
      worker.kill()
    }
  }

  /** In order of claims, so what ran are the first of all that were added. */
  async check(): Promise<void> {
    const sorted = Float64Array.from(this.#ran).sort()
    for (let index = 0; index < sorted.length; index++) {
      if (sorted[index] !== index && (this.#behind === 0 || sorted[index] === sorted[index - 1])) {
        throw new Error(`${factotum.name}: job ${index} was lost or ran twice.`)
      }
    }
  }
}

/** Jobs that are due tomorrow. */
async function schedule(url: string, count: number): Promise<void> {
  const jobs = new JobManager({ connectionString: url })
  try {
    const job = jobs.define<[n: number], void>('bench')
    for (let from = 0; from < count; from += 5000) {
      const numbers = Array.from({ length: Math.min(5000, count - from) }, (_, n) => from + n)
      await Promise.all(numbers.map((n) => job.delayIn({ days: 1 }, n)))
    }
  } finally {
    await jobs.close()
  }
}

const ranBefore = ({ minutes, dead }: Flags) => (minutes > 0 ? minutes * 60_000 : dead)

/** Runs jobs beside an open transaction that may still read whatever they leave. */
async function holdBack(url: string, flags: Flags): Promise<() => Promise<void>> {
  const holder = new pg.Client({ connectionString: url })
  holder.on('error', () => {})
  await holder.connect()
  await holder.query('begin isolation level repeatable read')
  await holder.query('select count(*) from factotum_jobs.job')
  const caller = await factotum.open(url)
  const worker = await startWorkerProcess(factotum, url)
  try {
    await worker.begin()
    const count = ranBefore(flags)
    if (flags.minutes > 0) await steadily(caller, count)
    else await fill(caller, count)
    await worker.started(count)
    await emptied(caller)
    assertOnce(factotum.name, (await worker.stop()).numbers, count)
  } finally {
    worker.kill()
    await caller.close()
  }
  return () => holder.end()
}

/** 1,000 jobs a second. */
async function steadily(caller: Caller, count: number): Promise<void> {
  const start = performance.now()
  for (let from = 0; from < count; from += 50) {
    const early = start + from - performance.now()
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
    await fill(caller, 50, from)
  }
}

/** Finished jobs, as completions leave them: all in the partition that new ones go to. */
async function fillHistory(url: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (let from = 0; from < count; from += 500_000) {
      await client.query(
        `insert into factotum_jobs.done (id, run_at, created_at, started_at, ended_at, state, priority, attempts,
           max_attempts, deaths, queue, name, args, result)
         select nextval(pg_get_serial_sequence('factotum_jobs.job', 'id')), now(), now(), now(), now(), 10, 0, 1, 1, 0,
           'default', 'bench', '[1]', 'null'
         from generate_series(1, $1)`,
        [Math.min(500_000, count - from)],
      )
    }
    await client.query('analyze factotum_jobs.done')
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

await runAlone(import.meta.url, flat)
