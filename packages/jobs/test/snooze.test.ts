import { expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { JobError } from '../src/errors.ts'
import type { Duration } from '../src/types.ts'
import { begun, gate, setting, until } from './setting.ts'

const t = setting()

/** Due now, as if its time had come. */
const bringForward = () =>
  t.sql(`update factotum_jobs.job set run_at = now() where state = 0;
    select pg_notify('"factotum_jobs"', 'due')`)

test('a handler that snoozes runs again at its time, and spends no attempt', async () => {
  const jobs = t.manager()
  const attempts: number[] = []
  const again = jobs.job('again', async () => {
    attempts.push(currentJob().attempt)
    if (attempts.length < 4) throw new JobError.Snooze(10)
    return 'done'
  })
  await t.worker(jobs)
  const handle = await again.delay()
  expect(await handle.result()).toBe('done')
  expect(attempts).toEqual([1, 1, 1, 1])
  expect(await jobs.get(handle.id)).toMatchObject({ attempts: 1, maxAttempts: 1, error: null, failures: [] })
  expect(jobs.metrics()).toMatchObject({ snoozed: 3, retried: 0, failed: 0, finished: 1 })
})

test('meanwhile it is scheduled, with its progress and log, and no error', async () => {
  const jobs = t.manager()
  const news: unknown[] = []
  jobs.on('snoozed', (event) => news.push(event))
  const wait = jobs.job('wait', async () => {
    await currentJob().progress(0.25, 'a quarter')
    currentJob().log('too early')
    throw new JobError.Snooze({ hours: 1 })
  })
  await t.worker(jobs)
  const handle = await wait.with({ correlationId: 'c-1' }).delay()
  await until(() => news.length === 1)
  expect(news).toEqual([
    {
      id: handle.id,
      name: 'wait',
      queue: 'default',
      correlationId: 'c-1',
      attempt: 1,
      delay: 3_600_000,
    },
  ])
  const job = await jobs.get(handle.id)
  expect(job).toMatchObject({
    state: 'scheduled',
    attempts: 0,
    error: null,
    progress: 0.25,
    progressMessage: 'a quarter',
    startedAt: null,
    log: [{ attempt: 1, line: 'too early' }],
  })
  const [row] = await t.sql<{ minutes: number }>(
    'select extract(epoch from run_at - now())::float8 / 60 as minutes from factotum_jobs.job',
  )
  expect(row?.minutes).toBeGreaterThan(58)
  expect(row?.minutes).toBeLessThanOrEqual(60)
})

test('what it said stays to its end, also where the last run says nothing', async () => {
  const jobs = t.manager()
  let runs = 0
  const wait = jobs.job('wait', async () => {
    if (++runs > 1) return 'done'
    await currentJob().progress(0.5, 'half')
    throw new JobError.Snooze(10)
  })
  await t.worker(jobs)
  const handle = await wait.delay()
  await handle.result()
  expect(await handle.status()).toMatchObject({ state: 'finished', progress: 0.5, progressMessage: 'half' })
  expect(await t.sql('select from factotum_jobs.progress')).toEqual([])
})

test('it keeps the time that it was scheduled for', async () => {
  const jobs = t.manager()
  const seen: string[] = []
  const wait = jobs.job('wait', async () => {
    seen.push(currentJob().scheduledFor.toISOString())
    if (seen.length < 3) throw new JobError.Snooze(10)
  })
  await t.worker(jobs)
  const handle = await wait.delayUntil(new Date('2021-02-03T04:05:06Z'))
  await handle.result()
  expect(seen).toEqual(Array.from({ length: 3 }, () => '2021-02-03T04:05:06.000Z'))
})

test('attempts that fail before and after count as they would without', async () => {
  const jobs = t.manager()
  let runs = 0
  const odd = jobs.job(
    'odd',
    async () => {
      if (++runs === 2) throw new JobError.Snooze(5)
      throw new Error(`run ${runs}, attempt ${currentJob().attempt}`)
    },
    { retries: 1, backoff: 'fixed', backoffDelay: 5 },
  )
  await t.worker(jobs)
  const handle = await odd.delay()
  await expect(handle.result()).rejects.toThrow('run 3, attempt 2')
  expect(await jobs.get(handle.id)).toMatchObject({
    attempts: 2,
    failures: [{ error: 'run 1, attempt 1' }, { error: 'run 3, attempt 2' }],
  })
})

test.each<[string, unknown]>([
  ['a text that is no duration', 'soon'],
  ['a negative number', -1],
  ['no number', Number.NaN],
  ['nothing', undefined],
  ['too long', '200000d'],
])('%s as its time fails the attempt, and says so', async (_what, delay) => {
  const jobs = t.manager()
  const odd = jobs.job('odd', async () => {
    throw new JobError.Snooze(delay as Duration)
  })
  await t.worker(jobs)
  await expect((await odd.delay()).result()).rejects.toThrow(/^The time of a Snooze can't be .* Allowed are/)
})

test('followers hear that it is scheduled again', async () => {
  const jobs = t.manager()
  const wait = jobs.job('wait', async () => {
    throw new JobError.Snooze('1h')
  })
  await t.worker(jobs)
  const handle = await wait.with({ follow: true }).delay()
  await until(async () => (await handle.status())?.state === 'scheduled')
  const changes = await t.sql<{ state: string }>('select state from factotum_jobs.change order by pos')
  expect(changes.map(({ state }) => state)).toEqual(['queued', 'started', 'scheduled'])
})

test('a cancel that its handler has not heard of wins', async () => {
  const jobs = t.manager()
  const wait = jobs.job('wait', async () => {
    await t.sql('update factotum_jobs.job set cancel_at = now()')
    throw new JobError.Snooze(1)
  })
  await t.worker(jobs)
  const handle = await wait.delay()
  await expect(handle.result()).rejects.toThrow(JobError.Canceled)
  expect(await handle.status()).toMatchObject({ state: 'canceled', canceledHow: 'cooperative' })
  expect(jobs.metrics()).toMatchObject({ snoozed: 0, canceled: 1 })
})

test('so does one that it has heard of', async () => {
  const jobs = t.manager()
  const wait = jobs.job('wait', async () => {
    const { signal } = currentJob()
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    throw new JobError.Snooze('1h')
  })
  await t.worker(jobs)
  const begins = begun(jobs)
  const handle = await wait.delay()
  await begins
  await handle.cancel()
  await expect(handle.result()).rejects.toThrow(JobError.Canceled)
})

test('a worker that lost its job can not put it off', async () => {
  const jobs = t.manager()
  const { passed, open } = gate()
  const lost: string[] = []
  jobs.on('lost', ({ id }) => lost.push(id))
  const wait = jobs.job('wait', async () => {
    await passed
    throw new JobError.Snooze('1h')
  })
  await t.worker(jobs)
  const begins = begun(jobs)
  const handle = await wait.delay()
  await begins
  await t.sql(`with other as (
      insert into factotum_jobs.worker (concurrency, name, queues, names) values (1, 'other', '{}', '{}') returning id
    )
    update factotum_jobs.job set token = nextval('factotum_jobs.token'), worker = (select id from other)`)
  open()
  await until(() => lost.length === 1)
  expect(lost).toEqual([handle.id])
  expect((await handle.status())?.state).toBe('started')
})

test('while it waits it can be canceled, and it survives its worker', async () => {
  const [one, other] = [t.manager(), t.manager()]
  const define = (jobs: ReturnType<typeof t.manager>, run: () => string) => jobs.job('wait', run)
  const first = define(one, () => {
    throw new JobError.Snooze('1h')
  })
  const worker = await t.worker(one)
  const [gone, kept] = [await first.delay(), await first.delay()]
  await until(async () => (await t.sql('select from factotum_jobs.job where state = 0')).length === 2)
  await worker.stop()
  expect(await gone.cancel()).toBe('canceled')
  define(other, () => 'done by another')
  await t.worker(other)
  await bringForward()
  expect(await kept.result()).toBe('done by another')
})
