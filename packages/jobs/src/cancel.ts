import type { QueryResultRow } from 'pg'
import { type Dependent, tellDependents } from './dependents.ts'
import type { Engine } from './engine.ts'
import { JobError } from './errors.ts'
import { requireJobId } from './job-id.ts'
import { cancelWaiting } from './sql/cancel-waiting.ts'
import { endCanceled } from './sql/end-canceled.ts'
import { overdueCancels } from './sql/overdue-cancels.ts'
import { requestCancel } from './sql/request-cancel.ts'
import { selectStatus } from './sql/select-status.ts'
import { unblock } from './sql/unblock.ts'

/** A job may be claimed or handed back between two looks at it. */
const tries = 5
/** After the grace, a worker gets this long to disown its job itself, in ms. */
const workersTurn = 2_000

/** Sends a statement, in a transaction or out of one. */
export type Send = <Row extends QueryResultRow>(sql: string, values: unknown[]) => Promise<Row[]>

/** A job that ended before its start. */
interface GoneJob extends Dependent {
  serial_key: string | null
  limit_key: string | null
  dependents: Dependent[] | null
}

/** What came of a cancel; the event of a job that is gone is told once it is stored for good. */
export type Canceled = { outcome: 'canceled'; gone: GoneJob } | { outcome: 'canceling' }

/**
 * Cancels a job wherever it is: one that waits at once, one that runs by its signal.
 *
 * @throws JobError.NotFound, JobError.Conflict when it has ended
 */
export async function cancelJob(engine: Engine, id: string): Promise<'canceled' | 'canceling'> {
  requireJobId(id)
  const { database } = engine
  const canceled = await askToCancel((sql, values) => database.query(sql, values), database.schema, id)
  await tellCanceled(engine, canceled)
  return canceled.outcome
}

/** Only what is stored; `tellCanceled` follows when it is committed. @throws as `cancelJob` */
export async function askToCancel(send: Send, schema: string, id: string): Promise<Canceled> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const [gone] = await send<GoneJob & QueryResultRow>(cancelWaiting(schema), [[id]])
    if (gone) return { outcome: 'canceled', gone }
    const [asked] = await send(requestCancel(schema), [[id]])
    if (asked) return { outcome: 'canceling' }
    const [there] = await send<{ state: string }>(selectStatus(schema), [[id]])
    if (!there) throw new JobError.NotFound()
    if (['finished', 'failed', 'canceled'].includes(there.state)) {
      throw new JobError.Conflict(`The job has already ended: it is ${there.state}.`)
    }
  }
  throw new JobError.Conflict('The job changes hands too fast to be canceled; try again.')
}

/**
 * Tells of a cancel in this process, sees to it that one that was asked for comes about, and lets the next of its keys
 * start: it may have held its own, waiting for its next attempt, or been the next.
 */
export async function tellCanceled(engine: Engine, canceled: Canceled): Promise<void> {
  if (canceled.outcome === 'canceling') disownLater(engine)
  else await tellGone(engine, [canceled.gone])
}

/** Cancels those that wait, and tells the workers of those that are claimed, in two statements; answers their ids. */
export async function cancelJobs(
  engine: Engine,
  ids: string[],
): Promise<{ canceled: string[]; canceling: string[] }> {
  const { database } = engine
  const gone = await database.query<GoneJob & QueryResultRow>(cancelWaiting(database.schema), [ids])
  await tellGone(engine, gone)
  const canceled = gone.map(({ id }) => id)
  const done = new Set(canceled)
  const left = ids.filter((id) => !done.has(id))
  if (left.length === 0) return { canceled, canceling: [] }
  const asked = await database.query<{ id: string }>(requestCancel(database.schema), [left])
  if (asked.length > 0) disownLater(engine)
  return { canceled, canceling: asked.map(({ id }) => id) }
}

async function tellGone(engine: Engine, all: GoneJob[]): Promise<void> {
  const { database, metrics, events, report } = engine
  const keys = new Map<string, { serial: Set<string>; limit: Set<string> }>()
  for (const { id, name, queue, correlation, serial_key: serial, limit_key: limit } of all) {
    metrics.canceled++
    events.emit('canceled', { id, name, queue, correlationId: correlation, how: 'before_start' })
    if (serial === null && limit === null) continue
    const ofQueue = keys.get(queue) ?? { serial: new Set(), limit: new Set() }
    if (serial !== null) ofQueue.serial.add(serial)
    if (limit !== null) ofQueue.limit.add(limit)
    keys.set(queue, ofQueue)
  }
  tellDependents(engine, all)
  for (const [queue, { serial, limit }] of keys) {
    // The cancel is stored in any case: where this fails, the next tending does it.
    await database.query(unblock(database.schema), [queue, [...serial], [...limit]]).catch(report)
  }
}

/** Takes jobs from workers that do not answer their cancel, such as one whose event loop is blocked. */
export async function disownOverdue(engine: Engine): Promise<void> {
  const { database, timing } = engine
  const overdue = await database.query<{ id: string; token: string; started: boolean }>(
    overdueCancels(database.schema),
    [timing.cancelGrace + workersTurn / 2],
  )
  if (overdue.length === 0) return
  const records = overdue.map(({ id, token, started }) => ({
    id,
    token,
    how: started ? 'disowned' : 'before_start',
    age: 0,
  }))
  const ended = await database.query<{ dependents: Dependent[] | null }>(endCanceled(database.schema), [
    JSON.stringify(records),
  ])
  tellDependents(engine, ended)
}

/** Whoever asks for a cancel sees to it that it comes about, as the job's worker may not be able to. */
function disownLater(engine: Engine): void {
  const timer = setTimeout(() => {
    engine.pending.delete(timer)
    disownOverdue(engine).catch(engine.report)
  }, engine.timing.cancelGrace + workersTurn)
  timer.unref()
  engine.pending.add(timer)
}
