import { milliseconds } from '../duration.ts'
import { engineOf, type JobManager } from '../job-manager.ts'
import type { Duration } from '../types.ts'
import type { DrainOptions } from './drain.ts'
import type { Drained } from './outcomes.ts'
import { Session } from './session.ts'
import { bringNearer } from './sql/bring-nearer.ts'

/** `timeout` is for what runs at one time. */
export type AdvanceOptions = DrainOptions

/**
 * Lets time pass for the jobs that wait, and runs what comes due on the way, in the order of its times: retries, snoozed
 * and delayed jobs, and what these enqueue. No clock is moved: all that is scheduled is brought nearer instead, so `new
 * Date()` in a handler is the real time, while its `scheduledFor` stays what it was. Schedules follow the clock and don't
 * fire, `jobs.runSchedule(name)` does that; limits of starts follow it, too.
 *
 * @throws as `drain`
 */
export async function advance(
  jobs: JobManager,
  by: Duration,
  options: AdvanceOptions = {},
): Promise<Drained> {
  let left = milliseconds(by, 'time to advance by')
  const { database } = engineOf(jobs)
  const session = new Session(jobs, options)
  try {
    await session.runDue()
    while (left > 0) {
      const values = [left, session.names, session.queues]
      const [step] = await database.query<{ ms: number }>(bringNearer(database.schema), values)
      left -= step?.ms ?? left
      await session.runDue()
    }
    return await session.end()
  } finally {
    await session.stop()
  }
}
