import { describe, expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { JobError } from '../src/errors.ts'
import { begun, fast, gate, setting, sleep, until } from './setting.ts'

const t = setting()
const manager = () => t.manager({ timing: fast })

describe('a job that has not started is canceled at once', () => {
  test.each([
    ['queued', async (jobs: ReturnType<typeof manager>) => jobs.define('note').delay()],
    ['scheduled', async (jobs: ReturnType<typeof manager>) => jobs.define('note').delayIn('1h')],
    [
      'parked',
      async (jobs: ReturnType<typeof manager>) => {
        const handle = await jobs.define('note').delay()
        await t.sql('update factotum_jobs.job set state = 3')
        return handle
      },
    ],
  ])('%s', async (_state, enqueue) => {
    const jobs = manager()
    const handle = await enqueue(jobs)
    expect(await handle.cancel()).toBe('canceled')
    expect(await handle.status()).toMatchObject({
      state: 'canceled',
      canceledHow: 'before_start',
      startedAt: null,
      attempts: 0,
    })
    await expect(handle.result()).rejects.toThrow(JobError.Canceled)
    expect(await t.sql('select from factotum_jobs.job')).toEqual([])
  })

  test('also while it waits for its next attempt', async () => {
    const jobs = manager()
    const bad = jobs.job('bad', async () => Promise.reject(new Error('no')), {
      retries: 1,
      backoffDelay: '1h',
    })
    await t.worker(jobs)
    const handle = await bad.delay()
    await until(async () => (await handle.status())?.state === 'scheduled')
    expect(await handle.cancel()).toBe('canceled')
    expect(await handle.status()).toMatchObject({
      state: 'canceled',
      canceledHow: 'before_start',
      attempts: 1,
      error: 'no',
    })
  })

  test('also when a worker has claimed it ahead of its start', async () => {
    const jobs = manager()
    const { passed, open } = gate()
    const seen: number[] = []
    const note = jobs.job('note', async (n: number) => {
      seen.push(n)
      if (n >= 1500) await passed
    })
    // Fast ones first, so that the worker claims ahead; then one holds the only place.
    const handles = await note.delayMany(Array.from({ length: 1700 }, (_, n) => [n] as [number]))
    await t.worker(jobs, { concurrency: 1 })
    await until(() => seen.length === 1501)
    const last = handles.at(-1)
    await last?.cancel()
    await until(async () => (await last?.status())?.state === 'canceled')
    expect(await last?.status()).toMatchObject({ canceledHow: 'before_start' })
    open()
    await until(() => seen.length === 1699)
    expect(seen).not.toContain(1699)
  })
})

describe('a running job', () => {
  test('gets its signal, and is canceled when its handler ends', async () => {
    const jobs = manager()
    const stopped = gate<unknown>()
    const long = jobs.job('long', async () => {
      const { signal } = currentJob()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      stopped.open(signal.reason)
      signal.throwIfAborted()
    })
    await t.worker(jobs)
    const begins = begun(jobs)
    const handle = await long.delay()
    await begins
    expect(await handle.cancel()).toBe('canceling')
    expect(await stopped.passed).toBeInstanceOf(JobError.Canceled)
    await expect(handle.result()).rejects.toThrow(JobError.Canceled)
    expect(await handle.status()).toMatchObject({ state: 'canceled', canceledHow: 'cooperative' })
  })

  test('is taken from a handler that does not listen, whose place is free again', async () => {
    const jobs = manager()
    const { passed, open } = gate()
    const deaf = jobs.job('deaf', async () => {
      await passed
      return 'too late'
    })
    const quick = jobs.job('quick', async () => 'done')
    await t.worker(jobs, { concurrency: 1 })
    const begins = begun(jobs)
    const handle = await deaf.delay()
    await begins
    await handle.cancel()
    await expect(handle.result()).rejects.toThrow(JobError.Canceled)
    expect(await handle.status()).toMatchObject({ state: 'canceled', canceledHow: 'disowned' })
    expect(await (await quick.delay()).result()).toBe('done')
    open()
    await sleep(200)
    expect(await handle.status()).toMatchObject({ state: 'canceled', canceledHow: 'disowned', result: null })
  })

  test('in another process is reached as well, by its beat where the telling is lost', async () => {
    const jobs = manager()
    const long = jobs.job('long', async () => {
      const { signal } = currentJob()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    await t.worker(jobs)
    const begins = begun(jobs)
    const handle = await long.delay()
    await begins
    await t.sql('update factotum_jobs.job set cancel_at = now()')
    await expect(handle.result()).rejects.toThrow(JobError.Canceled)
  })

  test('is not tried again when it fails while it is being canceled', async () => {
    const jobs = manager()
    const { passed, open } = gate()
    const bad = jobs.job(
      'bad',
      async () => {
        await passed
        throw new Error('no')
      },
      { retries: 5 },
    )
    await t.worker(jobs)
    const begins = begun(jobs)
    const handle = await bad.delay()
    await begins
    // Set behind the worker's back, so that the failure comes first.
    await t.sql('update factotum_jobs.job set cancel_at = now()')
    open()
    await expect(handle.result()).rejects.toThrow(JobError.Canceled)
  })
})

describe('what has ended', () => {
  test('stays as it is: cancel is a conflict', async () => {
    const jobs = manager()
    const quick = jobs.job('quick', async () => 'done')
    await t.worker(jobs)
    const handle = await quick.delay()
    await handle.result()
    await expect(handle.cancel()).rejects.toThrow(JobError.Conflict)
    await expect(handle.cancel()).rejects.toThrow('it is finished')
    expect(await handle.status()).toMatchObject({ state: 'finished', result: 'done' })
  })

  test.each(['999999', '0', '-1', 'x', '99999999999999999999', ''])('%s is not found', async (id) => {
    await expect(manager().cancel(id)).rejects.toThrow(JobError.NotFound)
    expect(await manager().status(id)).toBeNull()
    expect(await manager().get(id)).toBeNull()
  })
})
