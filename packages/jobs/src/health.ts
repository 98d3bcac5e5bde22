import { alarmsOf, type CleaningHeldBack, type Figures, type JobAlarm } from './alarms.ts'
import type { Engine } from './engine.ts'
import { type HealthLimits, limitsOf } from './health-limits.ts'
import { daysAhead, nameOf, partitioned, plusDays, readPartitions } from './partitions.ts'
import { failingSchedules } from './sql/failing-schedules.ts'
import { heldBack } from './sql/held-back.ts'
import { tableFigures } from './sql/table-figures.ts'
import { unhandledJobs } from './sql/unhandled-jobs.ts'
import { waitingQueues } from './sql/waiting-queues.ts'
import { workersAlive } from './sql/workers-alive.ts'

/** How the engine is, as figures and as alarms. A figure is null where the database didn't tell it. */
export interface JobHealth extends Omit<Figures, 'listen' | 'waiting'> {
  /** No alarm at all. */
  ok: boolean
  /** Milliseconds that the database took to answer; null where it didn't. */
  database: number | null
  /** Seconds that the oldest due job of any queue that is not paused has waited; null where none waits. */
  oldestWaiting: number | null
  /** What is wrong and what to do, each code at most once. */
  alarms: JobAlarm[]
  /** The alarms in a sentence or two each. */
  problems: string[]
}

const answerWithin = 5_000
/** What is past its time is dropped within minutes, where nothing is in the way. */
const dropWithinDays = 2

/** Never rejects, but for limits that are none: what is wrong is in the answer. */
export async function checkHealth(engine: Engine, given: HealthLimits): Promise<JobHealth> {
  const limits = limitsOf(given)
  const listen = engine.listener.problem
  const began = performance.now()
  try {
    const { alive, dead } = await within(answerWithin, workers(engine))
    const database = performance.now() - began
    const [waiting, unhandled, schedules, table, held, history] = await Promise.all([
      ifTold(waitingOf(engine)),
      ifTold(engine.database.query<Figures['unhandled'][number]>(unhandledJobs(engine.database.schema))),
      ifTold(schedulesOf(engine, limits.scheduleLate)),
      ifTold(tableOf(engine)),
      ifTold(heldBackBy(engine)),
      ifTold(historyOf(engine)),
    ])
    const figures: Figures = {
      workers: alive,
      deadWorkers: dead,
      listen,
      waiting: waiting ?? [],
      unhandled: unhandled ?? [],
      failingSchedules: schedules ?? [],
      table,
      cleaningHeldBack: held?.holder ?? null,
      history,
    }
    const { listen: _listen, waiting: queues, ...told } = figures
    const oldestWaiting = queues[0]?.seconds ?? null
    return { ...told, database, oldestWaiting, ...judged(alarmsOf(figures, limits)) }
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error)
    return {
      database: null,
      oldestWaiting: null,
      workers: 0,
      deadWorkers: 0,
      unhandled: [],
      failingSchedules: [],
      table: null,
      cleaningHeldBack: null,
      history: null,
      ...judged([
        {
          code: 'database_away',
          severity: 'critical',
          message: `The database does not answer: ${reason}.`,
          advice: 'See that it runs and that the connection string leads to it. Workers go on by themselves.',
        },
      ]),
    }
  }
}

function judged(alarms: JobAlarm[]): Pick<JobHealth, 'ok' | 'alarms' | 'problems'> {
  return {
    ok: alarms.length === 0,
    alarms,
    problems: alarms.map(({ message, advice }) => `${message} ${advice}`),
  }
}

async function workers({ database }: Engine): Promise<{ alive: number; dead: number }> {
  const [row] = await database.query<{ alive: string; dead: string }>(workersAlive(database.schema))
  return { alive: Number(row?.alive ?? 0), dead: Number(row?.dead ?? 0) }
}

function waitingOf({ database }: Engine): Promise<Figures['waiting']> {
  return database.query(waitingQueues(database.schema))
}

async function schedulesOf({ database }: Engine, late: number): Promise<Figures['failingSchedules']> {
  const rows = await database.query<{ name: string; late: number | null; job: string | null }>(
    failingSchedules(database.schema),
    [late],
  )
  return rows.map(({ name, late: seconds, job }) => ({
    name,
    late: seconds !== null && seconds * 1_000 > late ? seconds : null,
    failedJob: job,
  }))
}

async function tableOf({ database }: Engine): Promise<Figures['table']> {
  const [row] = await database.query<{ live: number; dead: number; bytes: number; index_bytes: number }>(
    tableFigures(database.schema),
  )
  if (!row) return null
  return { liveRows: row.live, deadRows: row.dead, bytes: row.bytes, indexBytes: row.index_bytes }
}

async function heldBackBy({ database }: Engine): Promise<{ holder: CleaningHeldBack | null }> {
  const [row] = await database.query<{
    kind: CleaningHeldBack['kind']
    pid: number | null
    application: string
    seconds: number | null
    transactions: number
    state: string | null
    wait_event_type: string | null
    wait_event: string | null
    blockers: string | null
  }>(heldBack)
  if (!row) return { holder: null }
  const { kind, pid, application, seconds, transactions } = row
  return { holder: { kind, pid, application, seconds, transactions, waitsFor: waitOf(row) } }
}

function waitOf(holder: {
  kind: CleaningHeldBack['kind']
  state: string | null
  wait_event_type: string | null
  wait_event: string | null
  blockers: string | null
}): string | null {
  const { kind, state, wait_event_type: type, wait_event: event, blockers } = holder
  if (kind === 'prepared') return 'its COMMIT PREPARED or ROLLBACK PREPARED'
  if (kind === 'slot') return state === 'active' ? 'its standby' : 'a standby that is not connected'
  if (state?.startsWith('idle in transaction')) return 'its program'
  if (type === 'Lock') return `a lock (${event})${blockers ? ` that process ${blockers} holds` : ''}`
  if (type === 'Client') return 'its program'
  return type === null ? null : `${type}: ${event}`
}

async function historyOf({ database, kept }: Engine): Promise<Figures['history']> {
  await database.ready()
  const { today, partitions } = await readPartitions(database.pool, database.schema)
  const there = new Set(partitions.filter(({ attached }) => attached).map(({ name }) => name))
  let ahead = 0
  while (
    ahead < daysAhead &&
    partitioned.every((table) => there.has(nameOf(table, plusDays(today, ahead + 1))))
  ) {
    ahead++
  }
  const late = partitions.filter(
    ({ table, name }) => name < nameOf(table, plusDays(today, -kept[table] - dropWithinDays)),
  )
  return { daysAhead: ahead, overdue: late.length }
}

/** Null where the database refuses, for want of a right, or is too slow: the rest is worth knowing all the same. */
async function ifTold<T>(figure: Promise<T>): Promise<T | null> {
  try {
    return await within(answerWithin, figure)
  } catch {
    return null
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
