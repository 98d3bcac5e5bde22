import { expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { JobError } from '../src/errors.ts'
import { begun, fast, gate, setting, sleep, until } from './setting.ts'

const t = setting()

test('stop claims no more, and waits for what runs', async () => {
  const jobs = t.manager()
  const { passed, open } = gate()
  const long = jobs.job('long', async () => {
    await passed
    return 'finished in time'
  })
  const running = begun(jobs)
  const worker = await t.worker(jobs, { concurrency: 1 })
  const [first, second] = await long.delayMany([[], []])
  await running
  const stopping = worker.stop({ grace: '20s' })
  await sleep(100)
  open()
  await stopping
  expect(await first?.status()).toMatchObject({ state: 'finished', result: 'finished in time' })
  expect(await second?.status()).toMatchObject({ state: 'queued', attempts: 0 })
  expect(await jobs.workers()).toEqual([])
})

test('what does not finish in time goes back at once, spends no attempt, and keeps its place', async () => {
  const jobs = t.manager()
  const reasons: unknown[] = []
  const long = jobs.job('long', async (n: number) => {
    const { signal } = currentJob()
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    reasons.push(signal.reason)
    return n
  })
  const running = begun(jobs, 2)
  const worker = await t.worker(jobs, { concurrency: 2 })
  const handles = await long.delayMany([[0], [1], [2]])
  await running
  await worker.stop({ grace: 50 })
  expect(reasons).toEqual([expect.any(JobError.Closed), expect.any(JobError.Closed)])
  for (const handle of handles)
    expect(await handle.status()).toMatchObject({ state: 'queued', attempts: 0, result: null })
  const seen: number[] = []
  const other = t.manager()
  other.job('long', (n: number) => void seen.push(n))
  await t.worker(other, { concurrency: 1 })
  await Promise.all(handles.map((handle) => handle.result()))
  expect(seen).toEqual([0, 1, 2])
})

test('what is being canceled is not handed back: it is canceled', async () => {
  const jobs = t.manager({ timing: { ...fast, cancelGrace: 60_000 } })
  const aborted = gate()
  const deaf = jobs.job('deaf', async () => {
    currentJob().signal.addEventListener('abort', () => aborted.open())
    await new Promise(() => {})
  })
  const running = begun(jobs)
  const worker = await t.worker(jobs)
  const handle = await deaf.delay()
  await running
  await handle.cancel()
  await aborted.passed
  await worker.stop({ grace: 0 })
  expect(await handle.status()).toMatchObject({ state: 'canceled', canceledHow: 'disowned' })
})

test('the last words of a job that is handed back are kept; what it says later is dropped', async () => {
  const jobs = t.manager()
  const { passed, open } = gate()
  const long = jobs.job('long', async () => {
    currentJob().log('before')
    await passed
    currentJob().log('after')
  })
  const running = begun(jobs)
  const worker = await t.worker(jobs)
  const handle = await long.delay()
  await running
  await worker.stop({ grace: 0 })
  open()
  await sleep(50)
  expect((await jobs.get(handle.id))?.log.map(({ line }) => line)).toEqual(['before'])
})

test('close stops workers, and leaves neither connection nor timer', async () => {
  const jobs = t.manager()
  const note = jobs.job('note', async () => {})
  await t.worker(jobs)
  await jobs.scheduler().start()
  const waiting = jobs.define('never').delay()
  const unanswered = (await waiting).result()
  const refused = expect(unanswered).rejects.toThrow(JobError.Closed)
  await (await note.delay()).result()
  await jobs.close()
  await refused
  await until(
    async () =>
      (
        await t.sql(
          `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'test'`,
        )
      ).length <= 3,
  )
  await jobs.close()
})

test("a pool that was given stays the caller's", async () => {
  const jobs = t.manager()
  await jobs.close()
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: t.url, max: 1 })
  const { JobManager } = await import('../src/job-manager.ts')
  const other = new JobManager({ pool })
  const note = other.job('note', async (n: number) => n)
  await t.worker(other)
  // The only connection is in the caller's hands: workers have others.
  const handles = await note.delayMany([[1], [2]])
  const client = await pool.connect()
  await until(async () => (await t.sql('select from factotum_jobs.done')).length === 2)
  client.release()
  expect(await handles[1]?.result()).toBe(2)
  await other.close()
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  await pool.end()
})

test('a worker that was stopped starts no more, and says so', async () => {
  const jobs = t.manager()
  const worker = await t.worker(jobs)
  await worker.stop()
  await worker.stop()
  await expect(worker.start()).rejects.toThrow('This worker was stopped: make another one.')
})

test('a program that only starts and closes a worker ends by itself', async () => {
  const child = await t.child('brief-process.ts')
  const code = await new Promise((resolve) => child.once('exit', resolve))
  expect(code).toBe(0)
})
