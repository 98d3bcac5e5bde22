import { expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { JobError } from '../src/errors.ts'
import { begun, gate, setting, sleep, until } from './setting.ts'

const t = setting()

/** As if the worker had been declared dead and its job claimed anew by another, which lives: nobody rescues it. */
const takeAway = () =>
  t.sql(
    `with other as (
       insert into factotum_jobs.worker (concurrency, name, queues, names) values (1, 'other', '{}', '{}') returning id
     )
     update factotum_jobs.job set token = nextval('factotum_jobs.token'), worker = (select id from other)
     where token is not null`,
  )

test('a worker that lost its job can neither finish it, nor report progress, nor log', async () => {
  const jobs = t.manager()
  const { passed, open } = gate()
  const outcomes: unknown[] = []
  const long = jobs.job('long', async () => {
    const job = currentJob()
    await job.progress(0.1, 'mine')
    job.log('mine')
    await passed
    job.log('not mine')
    await job.progress(0.9, 'not mine')
    await new Promise((resolve) => job.signal.addEventListener('abort', resolve))
    outcomes.push(job.signal.reason)
    await job.progress(1).catch((error) => outcomes.push(error))
    return 'not mine'
  })
  // It would take the orphan's jobs for its own again.
  const worker = jobs.worker()
  await worker.start()
  const handle = await long.delay()
  await until(async () => (await jobs.get(handle.id))?.log.length === 1)
  await takeAway()
  open()
  await until(() => outcomes.length === 2)
  expect(outcomes).toEqual([expect.any(JobError.Lost), expect.any(JobError.Lost)])
  const job = await jobs.get(handle.id)
  expect(job).toMatchObject({
    state: 'started',
    result: null,
    progress: expect.closeTo(0.1),
    progressMessage: 'mine',
  })
  expect(job?.log.map(({ line }) => line)).toEqual(['mine'])
  await worker.stop({ grace: 0 })
  expect(await handle.status()).toMatchObject({ state: 'started', result: null })
})

test.each([
  ['finish', async () => 'done'],
  [
    'fail',
    async () => {
      throw new Error('no')
    },
  ],
])('nor %s it when it learns of the loss only by its last write', async (_what, end) => {
  const jobs = t.manager()
  const { passed, open } = gate()
  const lost: string[] = []
  jobs.on('lost', ({ id }) => lost.push(id))
  const long = jobs.job('long', async () => {
    await passed
    return end()
  })
  await t.worker(jobs)
  const begins = begun(jobs)
  const handle = await long.delay()
  await begins
  await takeAway()
  open()
  await until(() => lost.length === 1)
  expect(await handle.status()).toMatchObject({ state: 'started', attempts: 0, error: null })
})

test('a token is new for each claim, also after a retry by hand', async () => {
  const jobs = t.manager()
  const tokens: string[] = []
  const bad = jobs.job('bad', async () => {
    const [row] = await t.sql<{ token: string }>('select token from factotum_jobs.job')
    tokens.push(row?.token ?? '')
    throw new Error('no')
  })
  await t.worker(jobs)
  const handle = await bad.delay()
  await handle.result().catch(() => {})
  await jobs.retry(handle.id)
  await until(() => tokens.length === 2)
  await until(async () => (await handle.status())?.state === 'failed')
  expect(new Set(tokens).size).toBe(2)
})

test("one row that a stranger's transaction has locked holds up neither the others nor itself for longer", async () => {
  const jobs = t.manager()
  const { passed, open } = gate()
  const note = jobs.job('note', async (n: number) => {
    await passed
    return n
  })
  await t.worker(jobs, { concurrency: 50 })
  const handles = await note.delayMany(Array.from({ length: 50 }, (_, n) => [n] as [number]))
  await until(
    async () => (await t.sql('select from factotum_jobs.job where started_at is not null')).length === 50,
  )
  const stranger = await t.pool.connect()
  await stranger.query('begin')
  await stranger.query('select from factotum_jobs.job where id = $1 for update', [handles[7]?.id])
  open()
  await Promise.all(handles.filter((_, n) => n !== 7).map((handle) => handle.result()))
  await sleep(100)
  expect(await t.sql('select from factotum_jobs.done')).toHaveLength(49)
  await stranger.query('rollback')
  stranger.release()
  expect(await handles[7]?.result()).toBe(7)
})
