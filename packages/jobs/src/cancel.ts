import type { Engine } from './engine.ts'
import { JobError } from './errors.ts'
import { cancelWaiting } from './sql/cancel-waiting.ts'
import { endCanceled } from './sql/end-canceled.ts'
import { overdueCancels } from './sql/overdue-cancels.ts'
import { requestCancel } from './sql/request-cancel.ts'
import { selectStatus } from './sql/select-status.ts'
import { requireJobId } from './status.ts'

/** A job may be claimed or handed back between two looks at it. */
const tries = 5
/** After the grace, a worker gets this long to disown its job itself, in ms. */
const workersTurn = 2_000

/**
 * Cancels a job wherever it is: one that waits at once, one that runs by its signal.
 *
 * @throws JobError.NotFound, JobError.Conflict when it has ended
 */
export async function cancelJob(engine: Engine, id: string): Promise<'canceled' | 'canceling'> {
  requireJobId(id)
  const { database, events, metrics } = engine
  for (let attempt = 0; attempt < tries; attempt++) {
    const [gone] = await database.query<{
      id: string
      name: string
      queue: string
      correlation: string | null
    }>(cancelWaiting(database.schema), [[id]])
    if (gone) {
      metrics.canceled++
      const { name, queue, correlation } = gone
      events.emit('canceled', { id, name, queue, correlationId: correlation, how: 'before_start' })
      return 'canceled'
    }
    const [asked] = await database.query(requestCancel(database.schema), [[id]])
    if (asked) {
      disownLater(engine)
      return 'canceling'
    }
    const [there] = await database.query<{ state: string }>(selectStatus(database.schema), [[id]])
    if (!there) throw new JobError.NotFound()
    if (['finished', 'failed', 'canceled'].includes(there.state)) {
      throw new JobError.Conflict(`The job has already ended: it is ${there.state}.`)
    }
  }
  throw new JobError.Conflict('The job changes hands too fast to be canceled; try again.')
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
  await database.query(endCanceled(database.schema), [JSON.stringify(records)])
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
