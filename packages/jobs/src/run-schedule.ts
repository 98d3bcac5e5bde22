import { tellCanceled } from './cancel.ts'
import type { Engine } from './engine.ts'
import { JobError } from './errors.ts'
import { enqueueRuns, inFire, type LockedSchedule, unfinishedOf } from './fire.ts'
import { noSchedule, requireName } from './schedules.ts'
import { lockSchedule } from './sql/lock-schedule.ts'
import { storeRun } from './sql/store-run.ts'

/**
 * Enqueues one job at once, scheduled for now, and leaves the next fire as it is; also where the schedule is paused.
 * Answers the job's id.
 *
 * @throws JobError.NotFound, JobError.Conflict where jobs must not overlap and the one before has not ended
 */
export async function runSchedule(engine: Engine, name: string): Promise<string> {
  requireName(name)
  const { schema } = engine.database
  const { ids, canceled } = await inFire(engine, async (client) => {
    const { rows } = await client.query<LockedSchedule>(lockSchedule(schema), [name])
    const [schedule] = rows
    if (!schedule) throw noSchedule(name)
    const unfinished = await unfinishedOf(engine, client, schedule)
    if (schedule.overlap === 'skip' && unfinished.length > 0) throw overlaps(name, unfinished)
    const fired = await enqueueRuns(engine, client, schedule, [schedule.now], unfinished)
    await client.query(storeRun(schema), [name, schedule.now, fired.runs])
    return fired
  })
  for (const each of canceled) await tellCanceled(engine, each)
  const [id = ''] = ids
  return id
}

function overlaps(name: string, unfinished: string[]): JobError {
  return new JobError.Conflict(
    `The schedule ${JSON.stringify(name)} has a job that has not ended: ${unfinished.at(-1)}. ` +
      "Wait for it or cancel it first; with overlap: 'allow' its jobs may run beside each other.",
  )
}
