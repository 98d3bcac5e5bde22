import type { PoolClient } from 'pg'
import { askToCancel, type Canceled, type Send } from './cancel.ts'
import { carryingAll } from './carried.ts'
import type { Engine } from './engine.ts'
import { enqueueWithHooks, insertJobs } from './enqueue.ts'
import { insertManyUnique } from './enqueue-unique.ts'
import { JobError } from './errors.ts'
import type { OverlapRule } from './overlap.ts'
import { guardFire } from './sql/guard-fire.ts'
import { unfinishedRuns } from './sql/unfinished-runs.ts'

/** A schedule whose row this transaction has locked. */
export interface LockedSchedule extends OverlapRule {
  name: string
  /** JSON texts. */
  head: string
  args: string
  /** Its newest jobs. */
  runs: string[]
  /** The database's clock. */
  now: Date
}

export interface FiredJobs {
  /** The new jobs, oldest first. */
  ids: string[]
  /** What is to be stored as the schedule's jobs. */
  runs: string[]
  /** To be told when the transaction is committed. */
  canceled: Canceled[]
}

/** Of a schedule that overlaps freely so many are remembered, for the day on which it no longer may. */
const remembered = 100

/** A transaction for one fire. */
export function inFire<T>(
  { database, timing }: Engine,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  return database.transaction(async (client) => {
    await client.query(guardFire(timing.fire))
    return work(client)
  })
}

/** The jobs of a schedule that have not ended; not looked for where they may overlap. */
export async function unfinishedOf(
  engine: Engine,
  client: PoolClient,
  { overlap, runs }: LockedSchedule,
): Promise<string[]> {
  if (overlap === 'allow' || runs.length === 0) return []
  const { rows } = await client.query<{ id: string }>(unfinishedRuns(engine.database.schema), [runs])
  return rows.map(({ id }) => id)
}

/** Enqueues a job for each time, in place of the unfinished ones if the schedule says so. */
export async function enqueueRuns(
  engine: Engine,
  client: PoolClient,
  schedule: LockedSchedule,
  times: Date[],
  unfinished: string[],
): Promise<FiredJobs> {
  const { overlap, runs } = schedule
  if (times.length === 0) {
    const last = runs.at(-1)
    return { ids: [], runs: runs.filter((id) => id === last || unfinished.includes(id)), canceled: [] }
  }
  const canceled = overlap === 'cancelPrevious' ? await cancelAll(engine, client, unfinished) : []
  const ids = await enqueueAt(engine, client, schedule, times)
  const kept = overlap === 'allow' ? [...runs, ...ids].slice(-remembered) : [...unfinished, ...ids]
  return { ids, runs: kept, canceled }
}

async function cancelAll(engine: Engine, client: PoolClient, ids: string[]): Promise<Canceled[]> {
  const send: Send = async (sql, values) => (await client.query(sql, values)).rows
  const canceled: Canceled[] = []
  for (const id of ids) {
    try {
      canceled.push(await askToCancel(send, engine.database.schema, id))
    } catch (error) {
      // It ended by itself meanwhile.
      if (!(error instanceof JobError.Conflict || error instanceof JobError.NotFound)) throw error
    }
  }
  return canceled
}

interface ScheduledHead {
  name: string
  queue: string
  correlation?: string
  unique_key?: string | null
}

function enqueueAt(
  engine: Engine,
  client: PoolClient,
  { head, args }: LockedSchedule,
  times: Date[],
): Promise<string[]> {
  const { name, queue, correlation, unique_key: uniqueKey = null }: ScheduledHead = JSON.parse(head)
  const open = head.slice(0, head.lastIndexOf('}'))
  const jobs = times.map((at) => ({ head: `${open},"at":"${at.toISOString()}"`, args, uniqueKey }))
  const insert = uniqueKey === null ? insertJobs : insertManyUnique
  return enqueueWithHooks(
    engine,
    { name, queue, count: jobs.length, correlationId: correlation ?? null },
    async (context) => insert(client, engine.database.schema, carryingAll(jobs, context)),
  )
}
