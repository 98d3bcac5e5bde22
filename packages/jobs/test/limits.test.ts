import { describe, expect, test } from 'vitest'
import type { JobManager } from '../src/job-manager.ts'
import { begun, fast, gate, setting, sleep, until } from './setting.ts'

const t = setting()

const drained = (jobs: JobManager) =>
  until(
    async () =>
      (await jobs.queues()).every(({ queued, started, scheduled }) => queued + started + scheduled === 0),
    60_000,
  )

/** The most of these times that lie in any interval of this length. */
function mostWithin(times: number[], per: number): number {
  const inOrder = times.toSorted((a, b) => a - b)
  return Math.max(
    0,
    ...inOrder.map((time, n) => inOrder.filter((other, m) => m >= n && other - time < per).length),
  )
}

describe('a limit on running jobs', () => {
  test('holds over many workers, for the queue and for each key, and leaves no room unused', async () => {
    const running = new Map<string, number>()
    const most = new Map<string, number>()
    const count = (key: string, by: number) => {
      const now = (running.get(key) ?? 0) + by
      running.set(key, now)
      most.set(key, Math.max(most.get(key) ?? 0, now))
    }
    const managers = Array.from({ length: 4 }, () => {
      const jobs = t.manager()
      jobs.job('work', async (key: string) => {
        count('all', 1)
        count(key, 1)
        await sleep(3)
        count('all', -1)
        count(key, -1)
      })
      return jobs
    })
    const [jobs = t.manager()] = managers
    await jobs.setLimits('default', { running: 5, perKey: { running: 2 } })
    const work = t.manager().define<[key: string]>('work', { limitKey: (key) => key })
    const calls = Array.from({ length: 300 }, (_, n): [string] => [`k${n % 10 < 6 ? 0 : n % 5}`])
    await work.delayMany(calls)
    for (const one of managers) await t.worker(one, { concurrency: 4 })
    await drained(jobs)
    expect(most.get('all')).toBe(5)
    expect(most.get('k0')).toBe(2)
    expect([...most.entries()].filter(([key, count]) => key !== 'all' && count > 2)).toEqual([])
    expect((await jobs.ended(new Date(0))).finished).toBe(300)
  }, 90_000)

  test('counts what ran before it was set, and can be changed and taken away while jobs wait', async () => {
    const jobs = t.manager()
    const { passed, open } = gate()
    const work = jobs.job('work', () => passed)
    const runs = begun(jobs, 2)
    await t.worker(jobs, { concurrency: 10 })
    await work.delayMany([[], []])
    await runs
    await jobs.setLimits('default', { running: 3 })
    await work.delayMany([[], [], []])
    const started = async () => (await jobs.queues())[0]
    await until(async () => (await started())?.started === 3)
    expect(await started()).toMatchObject({ queued: 2, limits: { running: 3 } })
    await jobs.setLimits('default', { running: 4 })
    await until(async () => (await started())?.started === 4)
    await jobs.setLimits('default', null)
    await until(async () => (await started())?.started === 5)
    expect((await started())?.limits).toBeNull()
    open()
    await drained(jobs)
  })

  test('is not held up by a dead worker: its jobs stop counting when they are rescued', async () => {
    const jobs = t.manager({ timing: fast })
    await jobs.setLimits('default', { running: 1 })
    const child = await t.child('worker-process.ts', JSON.stringify(fast))
    const hang = jobs.define('hang')
    const handles = await hang.delayMany([[], []])
    await until(async () => (await handles[0]?.status())?.state === 'started')
    const saver = t.manager({ timing: fast })
    let running = 0
    let most = 0
    saver.job('hang', async () => {
      most = Math.max(most, ++running)
      await sleep(20)
      running--
    })
    await t.worker(saver)
    child.kill('SIGKILL')
    await Promise.all(handles.map((handle) => handle.result()))
    expect(most).toBe(1)
  })
})

describe('a limit on starts', () => {
  test('holds in every sliding interval, over many workers, for the queue and for each key', async () => {
    const managers = Array.from({ length: 3 }, () => {
      const jobs = t.manager()
      jobs.job('work', () => {})
      return jobs
    })
    const [jobs = t.manager()] = managers
    await jobs.setLimits('default', {
      starts: { most: 20, per: '1s' },
      perKey: { starts: { most: 5, per: '1s' } },
    })
    const work = t.manager().define<[key: string]>('work', { limitKey: (key) => key })
    await work.delayMany(Array.from({ length: 60 }, (_, n): [string] => [`k${n % 5}`]))
    await work.delayMany(Array.from({ length: 5 }, (): [string] => ['late']))
    for (const one of managers) await t.worker(one, { concurrency: 8 })
    await drained(jobs)
    // By the clock that the limit goes by.
    const starts = await t.sql<{ key: string; at: number }>(
      `select args ->> 0 as key, extract(epoch from started_at)::float8 * 1000 as at from factotum_jobs.done`,
    )
    expect(starts).toHaveLength(65)
    expect(
      mostWithin(
        starts.map(({ at }) => at),
        999,
      ),
    ).toBe(20)
    for (const key of new Set(starts.map((start) => start.key))) {
      const times = starts.flatMap((start) => (start.key === key ? start.at : []))
      expect([key, Math.max(5, mostWithin(times, 999))]).toEqual([key, 5])
    }
    expect(await t.sql('select from factotum_jobs.start')).not.toHaveLength(65)
  }, 90_000)
})

test('limits that say nothing, or what they can not be, are refused', async () => {
  const jobs = t.manager()
  await expect(jobs.setLimits('', { running: 1 })).rejects.toThrow('name of a queue')
  await expect(jobs.setLimits('mail', {})).rejects.toThrow('say nothing')
  await expect(jobs.setLimits('mail', { running: 0 })).rejects.toThrow(
    'The running in the limits of queue "mail" must be a whole number from 1 to 1000000; it is 0.',
  )
  await expect(jobs.setLimits('mail', { starts: { most: 3, per: 0 } })).rejects.toThrow(
    'a duration from 1 ms',
  )
  const wrong: object = { runing: 1 }
  await expect(jobs.setLimits('mail', wrong)).rejects.toThrow('Did you mean "running"?')
  expect(await jobs.queues()).toEqual([])
})
