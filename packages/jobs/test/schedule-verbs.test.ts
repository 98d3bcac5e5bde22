import { describe, expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { JobError } from '../src/errors.ts'
import { begun, gate, setting, until } from './setting.ts'

const it = setting()

const jobsOf = (name: string) =>
  it.sql<{ id: string; run_at: Date; args: unknown }>(
    'select id, run_at, args from factotum_jobs.job where name = $1 order by id',
    [name],
  )

/** Its next fire was so long ago. */
const missFor = (interval: string) =>
  it.sql('update factotum_jobs.schedule set next_at = next_at - $1::interval', [interval])

describe('a paused schedule', () => {
  test('does not fire, and shows no next run', async () => {
    const jobs = it.manager()
    await jobs.define('still').scheduleCron({ cron: '@hourly', name: 'still' })
    await jobs.define('other').scheduleCron({ cron: '@hourly', name: 'other' })
    await missFor('2 hours')
    await jobs.pauseSchedule('still')
    await jobs.pauseSchedule('still')
    expect(await jobs.schedule('still')).toMatchObject({ paused: true, nextAt: null, nextRuns: [] })
    await jobs.scheduler().start()
    await until(async () => (await jobsOf('other')).length === 1)
    expect(await jobsOf('still')).toEqual([])
  })

  test('does not owe what came meanwhile once it is resumed, whatever becomes of missed runs', async () => {
    const jobs = it.manager()
    const back = jobs.define('back')
    for (const missed of ['skip', 'once', 'all'] as const)
      await back.scheduleCron({ cron: '@hourly', name: missed, missed })
    await missFor('5 hours')
    for (const name of ['skip', 'once', 'all']) await jobs.pauseSchedule(name)
    for (const name of ['skip', 'once', 'all']) await jobs.resumeSchedule(name)
    for (const schedule of await jobs.schedules()) {
      expect(schedule).toMatchObject({ paused: false, missedRuns: 0 })
      expect(schedule.nextAt?.getTime()).toBeGreaterThan(Date.now() - 1_000)
      expect(schedule.nextRuns[0]).toEqual(schedule.nextAt)
    }
    await jobs.define('marker').scheduleCron({ cron: '@hourly', name: 'marker' })
    await it.sql(`update factotum_jobs.schedule set next_at = now() where name = 'marker'`)
    await jobs.scheduler().start()
    await until(async () => (await jobs.schedule('marker'))?.nextAt)
    await until(async () => (await jobsOf('back')).length === 0)
  })

  test('fires again after resuming, with a scheduler that slept meanwhile', async () => {
    const jobs = it.manager()
    await jobs.define('again').scheduleCron({ cron: '* * * * * *', name: 'again' })
    await jobs.pauseSchedule('again')
    await jobs.scheduler().start()
    await it.manager().resumeSchedule('again')
    await until(async () => (await jobsOf('again')).length === 1)
  })

  test('stays paused when it is registered again, and has its new rule when it is resumed', async () => {
    const jobs = it.manager()
    const quiet = jobs.define('quiet')
    await quiet.scheduleCron({ cron: '@daily', name: 'quiet' })
    await jobs.pauseSchedule('quiet')
    await quiet.scheduleCron({ cron: '0 12 1 * *', name: 'quiet' })
    expect(await jobs.schedule('quiet')).toMatchObject({ paused: true, cron: '0 12 1 * *', nextAt: null })
    await jobs.resumeSchedule('quiet')
    const resumed = await jobs.schedule('quiet')
    expect(resumed?.nextAt?.toISOString()).toMatch(/-01T12:00:00.000Z$/)
  })

  test('resuming one that is not paused leaves what it owes', async () => {
    const jobs = it.manager()
    await jobs.define('owes').scheduleCron({ cron: '@hourly', name: 'owes' })
    await missFor('3 hours')
    const before = await jobs.schedule('owes')
    await jobs.resumeSchedule('owes')
    expect((await jobs.schedule('owes'))?.nextAt).toEqual(before?.nextAt)
  })
})

describe('running a schedule by hand', () => {
  test('enqueues one job at once, scheduled for now, and leaves the next fire as it is', async () => {
    const jobs = it.manager()
    const seen: { args: number; at: Date }[] = []
    const report = jobs.job('report', async (size: number) => {
      seen.push({ args: size, at: currentJob().scheduledFor })
      return size * 2
    })
    await report.scheduleCron({ cron: '@yearly', name: 'report' }, 21)
    const before = await jobs.schedule('report')
    const [clock] = await it.sql<{ now: Date }>('select now()')
    await it.worker(jobs)
    const handle = await jobs.runSchedule('report')
    expect(await handle.result()).toBe(42)
    expect(seen).toHaveLength(1)
    expect(seen[0]?.args).toBe(21)
    const late = (seen[0]?.at.getTime() ?? 0) - (clock?.now.getTime() ?? 0)
    expect(late).toBeGreaterThanOrEqual(0)
    expect(late).toBeLessThan(60_000)
    const after = await jobs.schedule('report')
    expect(after?.nextAt).toEqual(before?.nextAt)
    expect(after?.lastRun).toEqual({
      jobId: handle.id,
      state: 'finished',
      scheduledFor: seen[0]?.at,
      enqueuedAt: expect.any(Date),
    })
  })

  test('works while it is paused, and it stays paused', async () => {
    const jobs = it.manager()
    await jobs.define('held').scheduleCron({ cron: '@daily', name: 'held' })
    await jobs.pauseSchedule('held')
    await jobs.runSchedule('held')
    expect(await jobsOf('held')).toHaveLength(1)
    expect(await jobs.schedule('held')).toMatchObject({ paused: true, nextAt: null })
  })

  test('is refused while its job before has not ended, unless they may overlap', async () => {
    const jobs = it.manager()
    const solo = jobs.define('solo')
    await solo.scheduleCron({ cron: '@daily', name: 'solo' })
    const { id } = await jobs.runSchedule('solo')
    await expect(jobs.runSchedule('solo')).rejects.toThrow(JobError.Conflict)
    await expect(jobs.runSchedule('solo')).rejects.toThrow(`"solo" has a job that has not ended: ${id}.`)
    await solo.scheduleCron({ cron: '@daily', name: 'solo', overlap: 'allow' })
    await jobs.runSchedule('solo')
    expect(await jobsOf('solo')).toHaveLength(2)
    await solo.scheduleCron({ cron: '@daily', name: 'solo', overlap: 'cancelPrevious' })
    const last = await jobs.runSchedule('solo')
    expect((await jobsOf('solo')).map((job) => job.id)).toEqual([last.id])
  })

  test('by many at once makes one job where they must not overlap', async () => {
    const managers = [it.manager(), it.manager(), it.manager()]
    await managers[0]?.define('rush').scheduleCron({ cron: '@daily', name: 'rush' })
    const answers = await Promise.allSettled(
      [...managers, ...managers].map((jobs) => jobs.runSchedule('rush')),
    )
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await jobsOf('rush')).toHaveLength(1)
  })
})

describe('putting a schedule by the name of its job', () => {
  test('makes it, with the options of its definition and its own', async () => {
    const jobs = it.manager({ timeZone: 'Asia/Tokyo' })
    jobs.define('export', { queue: 'slow', retries: 2 })
    await jobs.putSchedule('nightly', {
      job: 'export',
      args: ['a.csv', { rows: 3 }],
      cron: ' 0  3 * * * ',
      options: { priority: 7 },
    })
    expect(await jobs.schedule('nightly')).toMatchObject({
      name: 'nightly',
      job: 'export',
      args: ['a.csv', { rows: 3 }],
      queue: 'slow',
      retries: 2,
      priority: 7,
      cron: '0 3 * * *',
      timeZone: 'Asia/Tokyo',
      missed: 'once',
      overlap: 'skip',
    })
    expect((await jobs.queues()).map(({ name }) => name)).toContain('slow')
  })

  test('replaces all of one, also from another program, while schedulers run', async () => {
    const [one, two] = [it.manager(), it.manager()]
    one.define('first')
    two.define('second')
    await one.scheduler().start()
    await one.putSchedule('mine', { job: 'first', args: [1], cron: '@yearly', overlap: 'allow' })
    await two.putSchedule('mine', { job: 'second', args: [2], cron: '* * * * * *', timeZone: 'Asia/Tokyo' })
    const job = await until(async () => (await jobsOf('second'))[0])
    expect(job.args).toEqual([2])
    expect(await jobsOf('first')).toEqual([])
    expect(await one.schedules()).toMatchObject([{ job: 'second', overlap: 'skip', timeZone: 'Asia/Tokyo' }])
  })

  test.each<[object, string]>([
    [{ job: 'exprot', cron: '@daily' }, 'There is no job "exprot" in this program. Did you mean "export"?'],
    [{ cron: '@daily' }, 'There is no job undefined in this program.'],
    [{ job: 'export' }, "can't be read"],
    [{ job: 'export', cron: '0 0 30 2 *' }, 'never fires'],
    [{ job: 'export', cron: '@daily', timeZone: 'Mars/Olympus' }, 'is unknown'],
    [{ job: 'export', cron: '@daily', overlapp: 'skip' }, 'Did you mean "overlap"?'],
    [{ job: 'export', cron: '@daily', args: 'a.csv' }, 'The args of schedule "x" must be a list.'],
    [{ job: 'export', cron: '@daily', args: ['\0'] }, 'NUL character'],
    [{ job: 'export', cron: '@daily', options: { retrys: 1 } }, 'Did you mean "retries"?'],
  ])('%o is refused, and nothing is stored', async (put, sentence) => {
    const jobs = it.manager()
    jobs.define('export')
    const answer = jobs.putSchedule('x', put as { job: string; cron: string })
    await expect(answer).rejects.toThrow(JobError.Invalid)
    await expect(answer).rejects.toThrow(sentence)
    expect(await jobs.schedules()).toEqual([])
  })
})

describe('a schedule', () => {
  test('tells its next five runs, in its zone', async () => {
    const jobs = it.manager()
    jobs.define('tell')
    await jobs.putSchedule('tell', { job: 'tell', cron: '0 12 * * *', timeZone: 'Pacific/Apia' })
    const schedule = await jobs.schedule('tell')
    expect(schedule?.nextRuns).toHaveLength(5)
    expect(schedule?.nextRuns[0]).toEqual(schedule?.nextAt)
    for (const at of schedule?.nextRuns ?? [])
      expect(at.toLocaleTimeString('en-GB', { timeZone: 'Pacific/Apia' })).toBe('12:00:00')
    expect(new Set(schedule?.nextRuns.map(Number)).size).toBe(5)
  })

  test('has all that goes with its jobs: a program that does not know the job schedules it just so', async () => {
    const knows = it.manager()
    const keyed = knows.define<[file: string], void>('keyed', { queue: 'strict' })
    await keyed
      .with({ serialKey: 's', limitKey: 'l', uniqueKey: 'u', priority: 3, retries: 4, timeout: '1m' })
      .scheduleCron({ cron: '@hourly', name: 'keyed', overlap: 'allow' }, 'a.csv')
    await missFor('1 hour')
    await it.manager().scheduler().start()
    const [job] = await until(async () => {
      const rows = await it.sql(`select * from factotum_jobs.job where name = 'keyed'`)
      return rows.length > 0 && rows
    })
    expect(job).toMatchObject({
      queue: 'strict',
      args: ['a.csv'],
      serial_key: 's',
      limit_key: 'l',
      priority: -3,
      max_attempts: 5,
    })
    expect(await knows.schedule('keyed')).toMatchObject({
      priority: 3,
      retries: 4,
      lastRun: { jobId: job?.id },
    })
    // Its unique key holds for runs by hand as well.
    expect((await knows.runSchedule('keyed')).id).toBe(job?.id)
  })

  test('of which there is none is null, and cannot be changed', async () => {
    const jobs = it.manager()
    expect(await jobs.schedule('none')).toBeNull()
    for (const verb of ['pauseSchedule', 'resumeSchedule', 'runSchedule', 'unschedule'] as const) {
      await expect(jobs[verb]('none')).rejects.toThrow(JobError.NotFound)
      await expect(jobs[verb]('none')).rejects.toThrow('There is no schedule named "none".')
    }
  })

  test('can be deleted while its job runs, which goes on', async () => {
    const jobs = it.manager()
    const held = gate()
    const long = jobs.job('long', async () => {
      await held.passed
      return 'done'
    })
    await long.scheduleCron({ cron: '@daily', name: 'long' })
    await it.worker(jobs)
    await jobs.scheduler().start()
    const started = begun(jobs)
    const handle = await jobs.runSchedule('long')
    await started
    await jobs.unschedule('long')
    expect(await jobs.schedules()).toEqual([])
    held.open()
    expect(await handle.result()).toBe('done')
  })

  test('tells its job the time of the fire at each attempt, also after a retry by hand', async () => {
    const jobs = it.manager()
    const seen: [attempt: number, at: number][] = []
    const flaky = jobs.job(
      'flaky',
      async () => {
        const { attempt, scheduledFor } = currentJob()
        seen.push([attempt, scheduledFor.getTime()])
        if (seen.length < 3) throw new Error('not yet')
      },
      { retries: 1, backoff: 'fixed', backoffDelay: 20 },
    )
    await flaky.scheduleCron({ cron: '0 0 1 1 *', name: 'flaky', missed: 'once' })
    await it.sql(`update factotum_jobs.schedule set next_at = '2021-01-01T00:00:00Z'`)
    await it.worker(jobs)
    await jobs.scheduler().start()
    const run = await until(async () => {
      const last = (await jobs.schedule('flaky'))?.lastRun
      return last?.state === 'failed' && last
    })
    expect(run.scheduledFor.toISOString()).toMatch(/-01-01T00:00:00.000Z$/)
    await jobs.retry(run.jobId)
    await until(() => seen.length === 3)
    const at = run.scheduledFor.getTime()
    expect(seen.map((each) => each[1])).toEqual([at, at, at])
  })
})
