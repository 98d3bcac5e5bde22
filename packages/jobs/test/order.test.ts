import fc from 'fast-check'
import { expect, test } from 'vitest'
import { setting, until } from './setting.ts'

const t = setting()

test('higher priority first, then due time, then id', async () => {
  const jobs = t.manager()
  let seen: number[] = []
  const note = jobs.job('note', (n: number) => void seen.push(n))
  await t.worker(jobs, { concurrency: 1 })
  const call = fc.record({ priority: fc.integer({ min: -3, max: 3 }), age: fc.integer({ min: 0, max: 4 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 30 }), async (calls) => {
      await jobs.pause('default')
      seen = []
      const now = Date.now()
      for (const [n, { priority, age }] of calls.entries()) {
        await note.with({ priority }).delayUntil(new Date(now - age * 60_000), n)
      }
      await jobs.resume('default')
      await until(() => seen.length === calls.length)
      const place = (n: number) => calls[n] ?? { priority: 0, age: 0 }
      const expected = calls
        .map((_, n) => n)
        .toSorted((a, b) => place(b).priority - place(a).priority || place(b).age - place(a).age || a - b)
      expect(seen).toEqual(expected)
    }),
    { numRuns: 20 },
  )
})

test('a higher priority that comes later overtakes what waits, though claims look from further on', async () => {
  const jobs = t.manager()
  const seen: string[] = []
  const note = jobs.job('note', async (word: string) => {
    seen.push(word)
    await new Promise((resolve) => setTimeout(resolve, 20))
  })
  await note.delayMany(Array.from({ length: 60 }, () => ['low'] as [string]))
  await t.worker(jobs, { concurrency: 1 })
  await until(() => seen.length > 10)
  await note.with({ priority: 10 }).delay('high')
  const before = seen.length
  await until(() => seen.includes('high'))
  // A few were claimed ahead of it: 50 ms of work.
  expect(seen.indexOf('high') - before).toBeLessThan(8)
})

test('what came due takes its place among what waits', async () => {
  const jobs = t.manager()
  const seen: string[] = []
  const note = jobs.job('note', (word: string) => void seen.push(word))
  await jobs.pause('default')
  await note.delayIn(200, 'early')
  await t.worker(jobs, { concurrency: 1 })
  await until(async () => (await t.sql('select from factotum_jobs.job where state = 1')).length === 1)
  await note.delay('late')
  await jobs.resume('default')
  await until(() => seen.length === 2)
  expect(seen).toEqual(['early', 'late'])
})

test('a worker serves all its queues, and no full one starves another', async () => {
  const jobs = t.manager()
  const seen: string[] = []
  const note = jobs.job('note', (queue: string) => void seen.push(queue))
  await note.with({ queue: 'full' }).delayMany(Array.from({ length: 500 }, () => ['full'] as [string]))
  await note.with({ queue: 'small' }).delay('small')
  await note.with({ queue: 'unserved' }).delay('unserved')
  await t.worker(jobs, { queues: ['full', 'small'], concurrency: 2 })
  await until(() => seen.length === 501)
  expect(seen.indexOf('small')).toBeLessThan(250)
  expect(seen).not.toContain('unserved')
})

test('a look from the beginning tells how many entries of jobs that ran it passed over, while cleaning is held back', async () => {
  const holder = await t.pool.connect()
  try {
    await holder.query('begin isolation level repeatable read')
    await holder.query('select from factotum_jobs.job')
    const jobs = t.manager()
    const note = jobs.job('note', () => {})
    await t.worker(jobs)
    await note.delayMany(Array.from({ length: 200 }, () => [] as []))
    await until(async () => (await jobs.count({ state: 'finished' })).count === 200)
    const look = async () => {
      const [row] = await t.sql<{ passed: number }>(
        `select (info ->> 'passed')::integer as passed from factotum_jobs.worker w,
           factotum_jobs.claim(w.id, '{default}', array[null]::jsonb[], '{note}', 1, 1, false, true) where info is not null`,
      )
      return row?.passed
    }
    expect(await look()).toBeGreaterThanOrEqual(200)
    await holder.query('commit')
    await until(async () => {
      await t.sql('vacuum factotum_jobs.job')
      return (await look()) === 0
    })
  } finally {
    holder.release()
  }
})
