import { type CronRule, nextFires } from './cron.ts'
import type { Engine } from './engine.ts'
import { inFire, type LockedSchedule } from './fire.ts'
import { noSchedule, requireName } from './schedules.ts'
import { lockSchedule } from './sql/lock-schedule.ts'
import { resumeSchedule as resumeSql } from './sql/resume-schedule.ts'

/**
 * Lets a paused schedule fire from now on: what it would have fired while it was paused is not owed. One that is not
 * paused stays as it is.
 *
 * @throws JobError.NotFound
 */
export async function resumeSchedule(engine: Engine, name: string): Promise<void> {
  requireName(name)
  const { schema } = engine.database
  await inFire(engine, async (client) => {
    const { rows } = await client.query<LockedSchedule & CronRule & { paused: boolean }>(
      lockSchedule(schema),
      [name],
    )
    const [schedule] = rows
    if (!schedule) throw noSchedule(name)
    if (!schedule.paused) return
    const [nextAt = null] = nextFires(schedule, schedule.now, 1)
    await client.query(resumeSql(schema), [name, nextAt])
  })
}
