import { describe, expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { begun, fast, gate, said, setting, sleep, until } from './setting.ts'

const t = setting()
const timing = JSON.stringify(fast)

describe('a worker that is killed', () => {
  test('has its jobs started again by another, and they spend no attempt', async () => {
    const child = await t.child('worker-process.ts', timing)
    const jobs = t.manager({ timing: fast })
    const handle = await jobs.define<[], string>('hang').delay()
    await until(async () => (await handle.status())?.state === 'started')
    const saver = t.manager({ timing: fast })
    saver.job('hang', async () => `attempt ${currentJob().attempt}`)
    await t.worker(saver)
    child.kill('SIGKILL')
    expect(await handle.result()).toBe('attempt 1')
    expect(await handle.status()).toMatchObject({ state: 'finished', attempts: 1 })
  })

  test('within 15 s, by the times that hold by default', async () => {
    const jobs = t.manager()
    const saver = t.manager()
    saver.job('hang', async () => 'saved')
    saver.job('work', async () => {})
    // Up for a while before the death.
    const child = await t.child('worker-process.ts')
    const handle = await jobs.define<[], string>('hang').delay()
    await until(async () => (await handle.status())?.state === 'started')
    await t.worker(saver)
    await sleep(3_000)
    const killed = performance.now()
    child.kill('SIGKILL')
    expect(await handle.result()).toBe('saved')
    expect(performance.now() - killed).toBeLessThan(15_000)
  }, 40_000)

  test('loses nothing and has nothing run twice to its end', async () => {
    const child = await t.child('worker-process.ts', timing)
    const jobs = t.manager({ timing: fast })
    const work = jobs.define<[n: number], number>('work')
    await work.delayMany(Array.from({ length: 3_000 }, (_, n) => [n] as [number]))
    await until(async () => (await jobs.ended(new Date(0))).finished > 300)
    child.kill('SIGKILL')
    await t.child('worker-process.ts', timing)
    await until(async () => (await t.sql('select from factotum_jobs.job limit 1')).length === 0)
    const [done] = await t.sql<{ count: number; distinct: number }>(
      'select count(*)::int, count(distinct id)::int as distinct from factotum_jobs.done where state = 10',
    )
    expect(done).toEqual({ count: 3_000, distinct: 3_000 })
  }, 60_000)
})

test('a job that kills every worker is quarantined by three deaths alone; 200 that ran beside it finish, in one attempt each', async () => {
  const jobs = t.manager({ timing: fast })
  const innocent = jobs.define<[n: number], number>('work')
  const some = Array.from({ length: 100 }, (_, n) => [n] as [number])
  const before = await innocent.delayMany(some)
  const poison = await jobs.define('exit', { retries: 9 }).delay()
  const innocents = [...before, ...(await innocent.delayMany(some))]
  let deaths = 0
  while ((await poison.status())?.state !== 'failed') {
    const child = await t.child('worker-process.ts', timing, '201').catch(() => null)
    while (child?.exitCode === null && (await poison.status())?.state !== 'failed') await sleep(20)
    if (child?.exitCode !== null) deaths++
  }
  // One with all the others, one with a few of them.
  expect(deaths).toBe(5)
  await expect(poison.result()).rejects.toThrow('the worker died under this job 3 times')
  expect(await poison.status()).toMatchObject({ state: 'failed', attempts: 0 })
  expect(await Promise.all(innocents.map((handle) => handle.result()))).toEqual([...some, ...some].flat())
  expect(await t.sql('select distinct attempts, deaths from factotum_jobs.done')).toEqual([
    { attempts: 1, deaths: 0 },
  ])
}, 180_000)

test('a handler that blocks the event loop for longer than a death takes is not run twice', async () => {
  const blocker = await t.child('worker-process.ts', timing)
  const jobs = t.manager({ timing: fast })
  const handle = await jobs.define<[ms: number], string>('block').delay(4_000)
  await said(blocker, 'blocking')
  const other = t.manager({ timing: fast })
  let again = 0
  other.job('block', () => again++)
  await t.worker(other)
  expect(await handle.result()).toBe(handle.id)
  expect(again).toBe(0)
})

test('a job that is canceled in a blocked worker is taken from it by whoever canceled', async () => {
  const blocker = await t.child('worker-process.ts', timing)
  const jobs = t.manager({ timing: fast })
  const handle = await jobs.define<[ms: number]>('block').delay(20_000)
  await said(blocker, 'blocking')
  expect(await handle.cancel()).toBe('canceling')
  await until(async () => (await handle.status())?.state === 'canceled')
  expect(await handle.status()).toMatchObject({ canceledHow: 'disowned' })
})

test('a worker that was declared dead while it could not beat drops what it has, and begins anew', async () => {
  const jobs = t.manager({ timing: fast })
  const { passed, open } = gate<string>()
  const runs: string[] = []
  const long = jobs.job('long', async () => {
    const { signal } = currentJob()
    runs.push('run')
    if (runs.length > 1) return 'second'
    signal.addEventListener('abort', () => open(String(signal.reason)))
    return passed
  })
  await t.worker(jobs)
  const begins = begun(jobs)
  const handle = await long.delay()
  await begins
  const [before] = await jobs.workers()
  // What another worker does to one that stands still.
  await t.sql('delete from factotum_jobs.worker')
  await t.sql('select factotum_jobs.rescue($1)', [before?.id])
  expect(await passed).toContain('Another worker owns the job now')
  expect(await handle.result()).toBe('second')
  const [after] = await jobs.workers()
  expect(after?.id).not.toBe(before?.id)
})
