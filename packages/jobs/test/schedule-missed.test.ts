import { beforeEach, describe, expect, test } from 'vitest'
import type { Missed } from '../src/due-fires.ts'
import type { ScheduleOptions } from '../src/schedule.ts'
import { said, setting, until } from './setting.ts'

const it = setting()
const hours = (n: number) => n * 3_600_000

/** Half an hour ago, on the database's clock: the last fire of a rule of every hour. */
let last: Date
let minute: number
beforeEach(async () => {
  const [clock] = await it.sql<{ at: Date }>(
    `select date_trunc('minute', now()) - interval '30 minutes' as at`,
  )
  last = clock?.at ?? new Date()
  minute = last.getUTCMinutes()
})

/** The times for which it has jobs, in hours before the last fire. */
async function madeFor(name: string): Promise<number[]> {
  const rows = await it.sql<{ run_at: Date }>(
    'select run_at from factotum_jobs.job where name = $1 order by run_at',
    [name],
  )
  return rows.map(({ run_at }) => (last.getTime() - run_at.getTime()) / hours(1))
}

/** A schedule of every hour whose scheduler froze before its fire three hours ago, and goes on now. */
async function afterThreeHours(options: Partial<ScheduleOptions>, before?: 'unfinished') {
  const jobs = it.manager()
  const name = 'frozen'
  await jobs.define(name).scheduleCron({ cron: `${minute} * * * *`, name, ...options })
  const previous = before ? await jobs.runSchedule(name) : null
  await it.sql('update factotum_jobs.job set run_at = $1', [new Date(last.getTime() - hours(9))])
  await it.sql('update factotum_jobs.schedule set next_at = $1', [new Date(last.getTime() - hours(2))])
  await jobs.scheduler().start()
  const schedule = await until(async () => {
    const found = await jobs.schedule(name)
    return found?.nextAt && found.nextAt > last && found
  })
  expect(schedule.nextAt).toEqual(new Date(last.getTime() + hours(1)))
  return { made: await madeFor(name), schedule, previous: await previous?.status() }
}

describe('after three frozen hours', () => {
  test.each<[Missed, number[], number]>([
    ['skip', [], 3],
    ['once', [0], 2],
    ['all', [2, 1, 0], 0],
  ])('missed: %s makes jobs for %j, and counts %i', async (missed, made, count) => {
    const after = await afterThreeHours({ missed })
    expect(after.made).toEqual(made)
    expect(after.schedule).toMatchObject({ missedRuns: count, skippedRuns: 0 })
    expect(after.schedule.lastRun?.scheduledFor ?? null).toEqual(made.length > 0 ? last : null)
  })

  test('missed: all within a window makes those that are not older', async () => {
    const { made, schedule } = await afterThreeHours({ missed: 'all', window: '2h' })
    expect(made).toEqual([1, 0])
    expect(schedule.missedRuns).toBe(1)
  })

  test('the last job has not ended: overlap decides once, about all that is made up for', async () => {
    const skip = await afterThreeHours({ missed: 'all' }, 'unfinished')
    expect(skip.made).toEqual([9])
    expect(skip.schedule).toMatchObject({ missedRuns: 0, skippedRuns: 3 })
  })

  test('the last job has not ended: once and skip is one that was left out', async () => {
    const { made, schedule } = await afterThreeHours({}, 'unfinished')
    expect(made).toEqual([9])
    expect(schedule).toMatchObject({ missedRuns: 2, skippedRuns: 1 })
  })

  test('the last job has not ended: cancelPrevious puts the newest run in its place', async () => {
    const { made, schedule, previous } = await afterThreeHours({ overlap: 'cancelPrevious' }, 'unfinished')
    expect(made).toEqual([0])
    expect(schedule).toMatchObject({ missedRuns: 2, skippedRuns: 0 })
    expect(previous?.state).toBe('canceled')
  })
})

describe('a scheduler that is stopped (SIGSTOP)', () => {
  const stop = (child: { kill(signal: NodeJS.Signals): boolean }) => child.kill('SIGSTOP')

  test('and goes on makes each fire of the time between, once', async () => {
    await it.manager().define('ticks').scheduleCron({ cron: '* * * * * *', name: 'ticks', overlap: 'allow' })
    const seconds = () =>
      it.sql<{ at: number }>(
        `select extract(epoch from run_at)::float8 as at from factotum_jobs.job where name = 'ticks' order by 1`,
      )
    const child = await it.child('scheduler-process.ts')
    await until(async () => (await seconds()).length >= 1)
    stop(child)
    const frozen = (await seconds()).length
    await until(async () => {
      const [late] = await it.sql<{ s: number }>(
        'select extract(epoch from now() - next_at)::float8 as s from factotum_jobs.schedule',
      )
      return (late?.s ?? 0) > 3
    })
    expect((await seconds()).length).toBeLessThanOrEqual(frozen + 1)
    child.kill('SIGCONT')
    const made = await until(async () => {
      const found = await seconds()
      return found.length >= frozen + 4 && found
    })
    const first = made[0]?.at ?? 0
    expect(made.map(({ at }) => at)).toEqual(made.map((_, n) => first + n))
  })

  test('in the middle of a fire loses it: another makes it, and the stopped one does not', async () => {
    const jobs = it.manager({ timing: { fire: 500 } })
    await jobs.define('held').scheduleCron({ cron: '@hourly', name: 'held' })
    await it.sql(`update factotum_jobs.schedule set next_at = date_trunc('hour', now())`)
    const child = await it.child('scheduler-process.ts', 'waits')
    await said(child, 'in fire')
    stop(child)
    await jobs.scheduler().start()
    await until(async () => (await jobs.schedule('held'))?.lastRun)
    child.send('go')
    child.kill('SIGCONT')
    await said(child, 'error')
    const made = await it.sql(`select from factotum_jobs.job where name = 'held'`)
    expect(made).toHaveLength(1)
  })
})
