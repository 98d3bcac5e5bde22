import { describe, expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import type { JobManager } from '../src/job-manager.ts'
import type { Overlap } from '../src/overlap.ts'
import { begun, fast, gate, setting, until } from './setting.ts'

const it = setting()

/** The schedule is due now, for the hour that has begun, and sleeping schedulers hear of it. */
async function due(name: string): Promise<void> {
  await it.sql(`update factotum_jobs.schedule set next_at = date_trunc('hour', now()) where name = $1`, [
    name,
  ])
  await it.sql(`select pg_notify('"factotum_jobs"', 'schedule ' || $1)`, [name])
}

/** Lets a schedule of every hour fire, and resolves when the scheduler has stored what came of it. */
async function fire(jobs: JobManager, name: string): Promise<void> {
  await due(name)
  await until(async () => ((await jobs.schedule(name))?.nextAt ?? new Date(0)) > new Date())
}

const made = async (name: string) =>
  (
    await it.sql<{ id: string }>('select id from factotum_jobs.status where name = $1 order by id', [name])
  ).map(({ id }) => id)

async function hourly(overlap: Overlap | undefined, name: string): Promise<JobManager> {
  const jobs = it.manager({ timing: fast })
  await jobs.define(name).scheduleCron({ cron: '@hourly', name, ...(overlap && { overlap }) })
  await jobs.scheduler().start()
  return jobs
}

describe('skip, which is the default: a fire while the last job has not ended', () => {
  test('makes no job while it waits, and is counted; the next after its end is made', async () => {
    const jobs = await hourly(undefined, 'slow')
    await fire(jobs, 'slow')
    expect(await made('slow')).toHaveLength(1)
    await fire(jobs, 'slow')
    await fire(jobs, 'slow')
    expect(await made('slow')).toHaveLength(1)
    const schedule = await jobs.schedule('slow')
    expect(schedule).toMatchObject({ skippedRuns: 2, lastRun: { state: 'queued' } })
    await jobs.cancel(schedule?.lastRun?.jobId ?? '')
    await fire(jobs, 'slow')
    expect(await made('slow')).toHaveLength(2)
    expect(await jobs.schedule('slow')).toMatchObject({ skippedRuns: 2, lastRun: { state: 'queued' } })
  })

  test('nor while it runs or waits for its next attempt', async () => {
    const jobs = it.manager({ timing: fast })
    const held = gate()
    const busy = jobs.job(
      'busy',
      async () => {
        await held.passed
        throw new Error('again in an hour')
      },
      { retries: 1, backoff: 'fixed', backoffDelay: '1h' },
    )
    await busy.scheduleCron({ cron: '@hourly', name: 'busy' })
    const started = begun(jobs)
    await it.worker(jobs)
    await jobs.scheduler().start()
    await fire(jobs, 'busy')
    await started
    await fire(jobs, 'busy')
    held.open()
    await until(async () => (await jobs.schedule('busy'))?.lastRun?.state === 'scheduled')
    await fire(jobs, 'busy')
    expect(await made('busy')).toHaveLength(1)
    expect((await jobs.schedule('busy'))?.skippedRuns).toBe(2)
  })

  test('looks at all of its jobs: an older one, and one that was run by hand', async () => {
    const jobs = await hourly('allow', 'mixed')
    await fire(jobs, 'mixed')
    await jobs.runSchedule('mixed')
    const [, byHand = ''] = await made('mixed')
    await jobs.define('same').scheduleCron({ cron: '@hourly', name: 'mixed', overlap: 'skip' })
    await jobs.cancel(byHand)
    await fire(jobs, 'mixed')
    expect(await made('same')).toEqual([])
    expect(await jobs.schedule('mixed')).toMatchObject({ skippedRuns: 1, lastRun: { jobId: byHand } })
  })

  test('several fires that are due at one moment make one job', async () => {
    const jobs = it.manager()
    await jobs.define('seconds').scheduleCron({ cron: '* * * * * *', name: 'seconds' })
    await it.sql(`update factotum_jobs.schedule set next_at = date_trunc('second', now()) - interval '5 s'`)
    await jobs.scheduler().start()
    const schedule = await until(async () => {
      const now = await jobs.schedule('seconds')
      return now?.lastRun && now
    })
    expect(schedule.skippedRuns).toBeGreaterThanOrEqual(5)
    expect(await made('seconds')).toHaveLength(1)
  })
})

test('allow: jobs are made one beside the other', async () => {
  const jobs = await hourly('allow', 'free')
  for (let n = 0; n < 3; n++) await fire(jobs, 'free')
  expect(await made('free')).toHaveLength(3)
  expect((await jobs.schedule('free'))?.skippedRuns).toBe(0)
})

describe('cancelPrevious: a fire while the last job has not ended', () => {
  test('cancels it at once where it waits, and the new one waits instead', async () => {
    const jobs = await hourly('cancelPrevious', 'fresh')
    const canceled: string[] = []
    jobs.on('canceled', ({ id, how }) => canceled.push(`${id} ${how}`))
    await fire(jobs, 'fresh')
    await fire(jobs, 'fresh')
    const [first = '', second = ''] = await made('fresh')
    expect(await jobs.status(first)).toMatchObject({ state: 'canceled', canceledHow: 'before_start' })
    expect(await jobs.status(second)).toMatchObject({ state: 'queued' })
    expect(canceled).toEqual([`${first} before_start`])
  })

  test('cancels it by its signal where it runs, and the new one runs', async () => {
    const jobs = it.manager({ timing: fast })
    const seen: string[] = []
    const work = jobs.job('work', async () => {
      const { id, signal } = currentJob()
      seen.push(id)
      if (seen.length > 1) return 'done'
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      throw signal.reason
    })
    await work.scheduleCron({ cron: '@hourly', name: 'work', overlap: 'cancelPrevious' })
    const started = begun(jobs)
    await it.worker(jobs)
    await jobs.scheduler().start()
    await fire(jobs, 'work')
    await started
    await fire(jobs, 'work')
    await until(() => seen.length === 2)
    const [first = '', second = ''] = seen
    await until(async () => (await jobs.status(first))?.state === 'canceled')
    expect((await jobs.status(first))?.canceledHow).toBe('cooperative')
    await until(async () => (await jobs.status(second))?.state === 'finished')
  })

  test('takes it from a handler that does not listen', async () => {
    const jobs = it.manager({ timing: fast })
    const held = gate()
    let runs = 0
    const deaf = jobs.job('deaf', async () => {
      runs++
      if (runs === 1) await held.passed
    })
    await deaf.scheduleCron({ cron: '@hourly', name: 'deaf', overlap: 'cancelPrevious' })
    const started = begun(jobs)
    await it.worker(jobs)
    await jobs.scheduler().start()
    await fire(jobs, 'deaf')
    await started
    await fire(jobs, 'deaf')
    const [first = ''] = await made('deaf')
    await until(async () => (await jobs.status(first))?.canceledHow === 'disowned')
    held.open()
  })

  test('leaves the last job alone where the fire cannot be stored', async () => {
    const jobs = it.manager({ timing: fast })
    const errors: string[] = []
    jobs.on('error', ({ message }) => errors.push(message))
    await jobs.define('kept').scheduleCron({ cron: '@hourly', name: 'kept', overlap: 'cancelPrevious' })
    const { id } = await jobs.runSchedule('kept')
    await it.sql(`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'no room'; end $$;
      create trigger refuse before update on factotum_jobs.schedule for each row
      when (old.next_at is distinct from new.next_at and new.next_at > now()) execute function refuse()`)
    await due('kept')
    await jobs.scheduler().start()
    await until(() => errors.length > 0)
    expect(errors[0]).toBe('The schedule "kept" could not fire; it is tried again.')
    expect((await jobs.status(id))?.state).toBe('queued')
    expect(await made('kept')).toEqual([id])
    await it.sql('drop function refuse cascade')
    await until(async () => (await jobs.status(id))?.state === 'canceled')
    expect(await made('kept')).toHaveLength(2)
  })
})

test.each<Overlap>(['skip', 'cancelPrevious'])(
  '%s: never two unfinished jobs, with several schedulers, runs by hand and edits at once',
  async (overlap) => {
    const managers = [it.manager(), it.manager(), it.manager()]
    const [first = it.manager()] = managers
    const race = first.define('race')
    await race.scheduleCron({ cron: '@hourly', name: 'race', overlap })
    await it.sql(`
      create function count_race() returns trigger language plpgsql as $$
      begin
        perform from factotum_jobs.schedule for update;
        if (select count(*) from factotum_jobs.job where name = 'race') > 1 then raise 'two at once'; end if;
        return null;
      end $$;
      create constraint trigger count_race after insert on factotum_jobs.job deferrable initially deferred
      for each row execute function count_race()`)
    const errors: string[] = []
    for (const jobs of managers) {
      jobs.on('error', (error) => errors.push(`${error.message} ${error.cause}`))
      await jobs.scheduler().start()
    }
    for (let round = 0; round < 20; round++) {
      await due('race')
      await Promise.allSettled([
        ...managers.map((jobs) => jobs.runSchedule('race')),
        race.scheduleCron({ cron: '@hourly', name: 'race', overlap }),
      ])
      await fire(first, 'race')
      const [unfinished, ...more] = await it.sql<{ id: string }>(
        `select id from factotum_jobs.job where name = 'race'`,
      )
      expect(more).toEqual([])
      if (round % 2 === 0 && unfinished) await first.cancel(unfinished.id)
    }
    expect(errors).toEqual([])
    await it.sql('drop function count_race cascade')
  },
)
