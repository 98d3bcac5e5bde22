import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { retryDelay } from '../src/backoff.ts'
import { currentJob } from '../src/current-job.ts'
import { JobError } from '../src/errors.ts'
import { setting, sleep, until } from './setting.ts'

const t = setting()

describe('a job that throws', () => {
  test('is tried again as often as its retries say, each attempt with its error kept', async () => {
    const jobs = t.manager()
    const flaky = jobs.job(
      'flaky',
      async () => {
        const { attempt } = currentJob()
        if (attempt < 3) throw new TypeError(`attempt ${attempt}`)
        return attempt
      },
      { retries: 5, backoff: 'fixed', backoffDelay: 20 },
    )
    await t.worker(jobs)
    const handle = await flaky.delay()
    expect(await handle.result()).toBe(3)
    const job = await jobs.get(handle.id)
    expect(job).toMatchObject({ state: 'finished', attempts: 3, maxAttempts: 6 })
    expect(job?.failures).toMatchObject([
      { attempt: 1, error: 'TypeError: attempt 1' },
      { attempt: 2, error: 'TypeError: attempt 2' },
    ])
    expect(job?.failures[0]?.stack).toContain('retries.test.ts')
  })

  test('has failed after the last, and result() rejects with its error', async () => {
    const jobs = t.manager()
    const bad = jobs.job('bad', async () => Promise.reject(new Error('no good')), {
      retries: 1,
      backoff: 'fixed',
      backoffDelay: 10,
    })
    await t.worker(jobs)
    const handle = await bad.delay()
    await expect(handle.result()).rejects.toThrow(JobError.Failed)
    await expect(handle.result()).rejects.toThrow('no good')
    expect(await handle.status()).toMatchObject({ state: 'failed', attempts: 2, error: 'no good' })
  })

  test('waits as scheduled between attempts, with the error of the last', async () => {
    const jobs = t.manager()
    const bad = jobs.job('bad', async () => Promise.reject(new Error('no good')), {
      retries: 1,
      backoff: 'fixed',
      backoffDelay: '1h',
    })
    await t.worker(jobs)
    const handle = await bad.delay()
    const status = await until(async () => {
      const now = await handle.status()
      return now?.state === 'scheduled' ? now : null
    })
    expect(status).toMatchObject({ attempts: 1, error: 'no good', startedAt: null })
    const wait = status.runAt.getTime() - Date.now()
    expect(wait).toBeGreaterThan(3_500_000)
    expect(wait).toBeLessThanOrEqual(3_600_000)
  })

  test('Fatal stops them at once', async () => {
    const jobs = t.manager()
    const bad = jobs.job('bad', async () => Promise.reject(new JobError.Fatal('never')), { retries: 9 })
    await t.worker(jobs)
    const handle = await bad.delay()
    await expect(handle.result()).rejects.toThrow('never')
    expect(await handle.status()).toMatchObject({ state: 'failed', attempts: 1, maxAttempts: 10 })
  })

  test('may throw synchronously, or something that is no error', async () => {
    const jobs = t.manager()
    const sync = jobs.job('sync', (): string => {
      throw new RangeError('at once')
    })
    const odd = jobs.job('odd', async () => Promise.reject('a string'))
    await t.worker(jobs)
    await expect((await sync.delay()).result()).rejects.toThrow('RangeError: at once')
    await expect((await odd.delay()).result()).rejects.toThrow('Thrown: a string')
  })

  test('keeps the time it was scheduled for through its retries', async () => {
    const jobs = t.manager()
    const seen: string[] = []
    const flaky = jobs.job(
      'flaky',
      async () => {
        seen.push(currentJob().scheduledFor.toISOString())
        if (seen.length < 3) throw new Error('again')
      },
      { retries: 5, backoff: 'fixed', backoffDelay: 10 },
    )
    await t.worker(jobs)
    const handle = await flaky.delayUntil(new Date('2021-02-03T04:05:06Z'))
    await handle.result()
    expect(new Set(seen)).toEqual(new Set(['2021-02-03T04:05:06.000Z']))
    expect((await handle.status())?.runAt.toISOString()).toBe('2021-02-03T04:05:06.000Z')
  })

  test('fails even with an error that the database could not store', async () => {
    const jobs = t.manager()
    const bad = jobs.job('bad', async () => Promise.reject(new Error('NUL \0 and \ud83d half')))
    await t.worker(jobs)
    await expect((await bad.delay()).result()).rejects.toThrow('NUL \\u0000 and \\ud83d half')
  })

  test('fails also by answering what is not JSON', async () => {
    const jobs = t.manager()
    const odd = jobs.job('odd', async () => ({ at: new Date() }))
    await t.worker(jobs)
    await expect((await odd.delay()).result()).rejects.toThrow('result.at is a Date')
  })
})

describe('a timeout', () => {
  test('ends the attempt as failed, and aborts its signal', async () => {
    const jobs = t.manager()
    const reasons: unknown[] = []
    const slow = jobs.job(
      'slow',
      async () => {
        const { signal } = currentJob()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        reasons.push(signal.reason)
      },
      { timeout: '100ms' },
    )
    await t.worker(jobs)
    const handle = await slow.delay()
    await expect(handle.result()).rejects.toThrow('The attempt took longer than its timeout of 100 ms.')
    expect(reasons).toMatchObject([{ code: 'job_timeout' }])
  })

  test('frees the place of a handler that does not listen, and what it answers later is dropped', async () => {
    const jobs = t.manager()
    const deaf = jobs.job('deaf', async () => sleep(600), { timeout: 50 })
    const quick = jobs.job('quick', async () => 'done')
    await t.worker(jobs, { concurrency: 1 })
    const handle = await deaf.delay()
    expect(await (await quick.delay()).result()).toBe('done')
    await sleep(700)
    expect(await handle.status()).toMatchObject({ state: 'failed', result: null })
  })

  test('of one call wins', async () => {
    const jobs = t.manager()
    const slow = jobs.job('slow', async () => sleep(100), { timeout: 10 })
    await t.worker(jobs)
    await (await slow.with({ timeout: '10s' }).delay()).result()
  })
})

describe('backoff', () => {
  test('fixed is the same each time; exponential doubles, within a quarter, and ends at a day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (first, failed, random) => {
          expect(retryDelay('fixed', first, failed, random)).toBe(first)
          const middle = Math.min(first * 2 ** (failed - 1), 86_400_000)
          const delay = retryDelay('exponential', first, failed, random)
          expect(delay).toBeGreaterThanOrEqual(middle * 0.75)
          expect(delay).toBeLessThanOrEqual(middle * 1.25)
        },
      ),
    )
  })

  test('may be a function of the failed attempts', async () => {
    const jobs = t.manager()
    const asked: number[] = []
    const bad = jobs.job('bad', async () => Promise.reject(new Error('no')), {
      retries: 3,
      backoff: (failed) => {
        asked.push(failed)
        return `${failed}ms`
      },
    })
    await t.worker(jobs)
    await expect((await bad.delay()).result()).rejects.toThrow('no')
    expect(asked).toEqual([1, 2, 3])
  })
})
