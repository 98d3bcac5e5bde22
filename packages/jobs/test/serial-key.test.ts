import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JobManager } from '../src/job-manager.ts'
import { begun, fast, gate, setting, sleep, until } from './setting.ts'

const t = setting()

/** Notes who runs when; tells of two at once with one key. */
function witness() {
  const running = new Map<string, number>()
  const order = new Map<string, number[]>()
  const overlaps: string[] = []
  return {
    order,
    overlaps,
    async run(key: string, n: number, ms: number): Promise<void> {
      if (running.has(key)) overlaps.push(`${n} began while ${running.get(key)} of ${key} ran`)
      running.set(key, n)
      order.set(key, [...(order.get(key) ?? []), n])
      await sleep(ms)
      running.delete(key)
    },
  }
}

const drained = (jobs: JobManager) =>
  until(async () =>
    (await jobs.queues()).every(({ queued, started, scheduled }) => queued + started + scheduled === 0),
  )

describe('jobs of one serial key', () => {
  test('run one at a time and in order, over many workers, beside jobs without one', async () => {
    const seen = witness()
    const managers = Array.from({ length: 5 }, () => {
      const jobs = t.manager()
      jobs.job('step', (key: string, n: number) => seen.run(key, n, n % 3))
      jobs.job('free', () => {})
      return jobs
    })
    const [first = t.manager()] = managers
    const step = t.manager().define<[key: string, n: number]>('step', { serialKey: (key) => key })
    const calls = Array.from({ length: 400 }, (_, n): [string, number] => [`k${n % 7}`, n])
    await step.delayMany(calls)
    await t
      .manager()
      .define('free')
      .delayMany(Array.from({ length: 200 }, () => []))
    for (const jobs of managers) await t.worker(jobs, { concurrency: 4 })
    await drained(first)
    expect(seen.overlaps).toEqual([])
    for (const [key, order] of seen.order) {
      expect(order).toEqual(calls.flatMap(([other, n]) => (other === key ? n : [])))
    }
    expect((await first.ended(new Date(0))).finished).toBe(600)
  }, 60_000)

  test('of a higher priority go first, and those of other keys are not held up', async () => {
    const jobs = t.manager({ timing: fast })
    const { passed, open } = gate()
    const order: string[] = []
    const step = jobs.job(
      'step',
      async (name: string) => {
        if (name === 'holder') await passed
        order.push(name)
      },
      { serialKey: 'a' },
    )
    const runs = begun(jobs)
    await t.worker(jobs, { concurrency: 5 })
    const holder = await step.delay('holder')
    await runs
    const low = await step.delay('low')
    const high = await step.with({ priority: 5 }).delay('high')
    await (await step.with({ serialKey: 'b' }).delay('other key')).result()
    expect(await low.status()).toMatchObject({ state: 'queued', parked: false })
    open()
    await Promise.all([holder, low, high].map((handle) => handle.result()))
    expect(order).toEqual(['other key', 'holder', 'high', 'low'])
  })

  test('wait for one that failed and is tried again, unless told otherwise', async () => {
    const jobs = t.manager({ timing: fast })
    const order: string[] = []
    const step = jobs.job(
      'step',
      async (name: string) => {
        order.push(name)
        if (name === 'bad' && order.filter((one) => one === 'bad').length === 1) throw new Error('once')
      },
      { serialKey: 'a', retries: 1, backoff: 'fixed', backoffDelay: 300 },
    )
    await Promise.all([step.delay('bad'), step.delay('next')])
    const free = step.with({ serialKey: 'b', retryHoldsKey: false })
    await t.worker(jobs)
    await drained(jobs)
    expect(order).toEqual(['bad', 'bad', 'next'])
    order.length = 0
    await free.delay('bad')
    await free.delay('next')
    await drained(jobs)
    expect(order).toEqual(['bad', 'next', 'bad'])
  })

  test('go on when the one that had the key is canceled, running or between two attempts', async () => {
    const jobs = t.manager({ timing: { ...fast, poll: 60_000 } })
    const step = jobs.job(
      'step',
      async (what: 'hang' | 'fail' | 'work') => {
        if (what === 'hang') await new Promise(() => {})
        if (what === 'fail') throw new Error('no')
        return what
      },
      { serialKey: 'a', retries: 3, backoff: 'fixed', backoffDelay: '1h' },
    )
    const runs = begun(jobs)
    await t.worker(jobs)
    const hanging = await step.delay('hang')
    const after = await step.delay('work')
    await runs
    await hanging.cancel()
    expect(await after.result()).toBe('work')
    const failing = await step.delay('fail')
    await until(async () => (await failing.status())?.attempts === 1)
    const next = await step.delay('work')
    const last = await step.delay('work')
    await until(async () => (await t.sql('select from factotum_jobs.job where state = 6')).length === 2)
    // Canceled while it waits behind: nothing may be lost by that.
    expect(await next.cancel()).toBe('canceled')
    expect(await failing.cancel()).toBe('canceled')
    expect(await last.result()).toBe('work')
  })

  test('stay in order when their worker dies: the one that ran runs first again', async () => {
    const child = await t.child('worker-process.ts', JSON.stringify(fast))
    const jobs = t.manager({ timing: fast })
    const hang = jobs.define<[n: number]>('hang', { serialKey: 'a' })
    const handles = [await hang.delay(1), await hang.delay(2), await hang.delay(3)]
    await until(async () => (await handles[0]?.status())?.state === 'started')
    const saver = t.manager({ timing: fast })
    const order: number[] = []
    saver.job('hang', async (n: number) => void order.push(n))
    await t.worker(saver)
    child.kill('SIGKILL')
    await Promise.all(handles.map((handle) => handle.result()))
    expect(order).toEqual([1, 2, 3])
  })

  test('are found again where a worker died between an end and making the next ready', async () => {
    const jobs = t.manager({ timing: { ...fast, poll: 200 } })
    const step = jobs.job('step', async (n: number) => n, { serialKey: 'a' })
    const handle = await step.delay(1)
    await t.sql('update factotum_jobs.job set state = 6')
    await t.worker(jobs)
    expect(await handle.result()).toBe(1)
  })

  test('handed back by a worker that stops keep their place', async () => {
    const jobs = t.manager({ timing: fast })
    const order: string[] = []
    jobs.job('step', () => new Promise(() => {}), { serialKey: 'a' })
    const step = t.manager().define<[name: string]>('step', { serialKey: 'a' })
    const runs = begun(jobs)
    const worker = await t.worker(jobs)
    const handles = [await step.delay('one'), await step.delay('two')]
    await runs
    await worker.stop({ grace: 0 })
    const other = t.manager({ timing: fast })
    other.job('step', async (name: string) => void order.push(name))
    await t.worker(other)
    await Promise.all(handles.map((handle) => handle.result()))
    expect(order).toEqual(['one', 'two'])
  })

  test('can not be held by two: the database refuses it', async () => {
    const jobs = t.manager()
    const step = jobs.define('step', { serialKey: 'a' })
    await step.delayMany([[], []])
    await expect(t.sql('update factotum_jobs.job set held = true')).rejects.toThrow('job_held')
  })
})

test('whatever mixture of keys, priorities, delays, failures and cancels: no overlap, none stranded', async () => {
  const act = fc.record({
    key: fc.constantFrom('a', 'b', 'c', null),
    priority: fc.constantFrom(0, 0, 5),
    delay: fc.constantFrom(0, 0, 30),
    fails: fc.integer({ min: 0, max: 2 }),
    cancel: fc.constantFrom(false, false, false, true),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 40 }), async (acts) => {
      const seen = witness()
      const managers = [0, 1, 2].map(() => {
        const jobs = t.manager({ timing: fast })
        const tries = new Map<number, number>()
        jobs.job(
          'act',
          async (key: string | null, n: number, fails: number) => {
            await seen.run(key ?? `free ${n} ${Math.random()}`, n, 1)
            const before = tries.get(n) ?? 0
            tries.set(n, before + 1)
            if (before < fails) throw new Error('not yet')
          },
          { retries: 6, backoff: 'fixed', backoffDelay: 5 },
        )
        return jobs
      })
      const [jobs = t.manager()] = managers
      for (const one of managers) await t.worker(one, { concurrency: 2 })
      const call = t.manager().define<[key: string | null, n: number, fails: number]>('act', {
        serialKey: (key) => key,
        retries: 6,
        backoff: 'fixed',
        backoffDelay: 5,
      })
      await Promise.all(
        acts.map(async ({ key, priority, delay, fails, cancel }, n) => {
          const handle = await call.with({ priority }).delayIn(delay, key, n, fails)
          if (cancel) await handle.cancel().catch(() => {})
        }),
      )
      await drained(jobs)
      expect(seen.overlaps).toEqual([])
      const ended = await jobs.list({}, { limit: 1_000 })
      expect(ended.jobs.slice(0, acts.length).filter(({ endedAt }) => endedAt === null)).toEqual([])
      await Promise.all(managers.map((one) => one.close()))
    }),
    { numRuns: 8 },
  )
}, 120_000)
