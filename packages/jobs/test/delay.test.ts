import { describe, expect, expectTypeOf, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { JobError } from '../src/errors.ts'
import type { JobHandle } from '../src/handle.ts'
import { setting, until } from './setting.ts'

const t = setting()

describe('delay', () => {
  test('runs the function with its arguments, and answers a handle that waits for the result', async () => {
    const jobs = t.manager()
    const resize = jobs.job('resize', async (path: string, width = 800) => ({ path, width }))
    await t.worker(jobs)
    const handle = await resize.delay('a.png')
    expect(handle.id).toMatch(/^\d+$/)
    expect(await handle.result()).toEqual({ path: 'a.png', width: 800 })
    expect(await handle.status()).toMatchObject({
      id: handle.id,
      name: 'resize',
      queue: 'default',
      state: 'finished',
      args: ['a.png'],
      result: { path: 'a.png', width: 800 },
      error: null,
      attempts: 1,
      maxAttempts: 1,
      parked: false,
    })
  })

  test('knows the types of arguments and result', () => {
    const resize = t.manager().job('resize', async (path: string, width = 800) => ({ path, width }))
    expectTypeOf(resize.delay).parameters.toEqualTypeOf<[path: string, width?: number]>()
    expectTypeOf(resize.delay).returns.resolves.toEqualTypeOf<JobHandle<{ path: string; width: number }>>()
    // @ts-expect-error a number is no path
    expect(() => resize.with({}).delay(3)).toBeTypeOf('function')
  })

  test('calling the job plainly just calls the function', async () => {
    const double = t.manager().job('double', (n: number) => 2 * n)
    expect(await double(4)).toBe(8)
    expect(double.name).toBe('double')
  })

  test('gives ids in the order of the calls, also of those that share a statement', async () => {
    const jobs = t.manager()
    const note = jobs.define<[n: number]>('note')
    const other = jobs.define<[n: number]>('other', { queue: 'slow', priority: 3 })
    const handles = await Promise.all(
      Array.from({ length: 300 }, (_, n) => (n % 3 === 0 ? other : note).delay(n)),
    )
    const ids = handles.map(({ id }) => Number(id))
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    const stored = await t.sql<{ n: number; name: string }>(
      'select (args ->> 0)::int as n, name from factotum_jobs.job order by id',
    )
    expect(stored.map(({ n }) => n)).toEqual(Array.from({ length: 300 }, (_, n) => n))
    expect(stored.every(({ n, name }) => name === (n % 3 === 0 ? 'other' : 'note'))).toBe(true)
  })

  test('keeps arguments past 8 kB, and gives them to the handler as they were', async () => {
    const jobs = t.manager()
    const lengths = jobs.job('lengths', async (text: string, tail: string) => [text.length, tail])
    await t.worker(jobs)
    const handles = await Promise.all([lengths.delay('ä'.repeat(300_000), 'x'), lengths.delay('b', 'y')])
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual([
      [300_000, 'x'],
      [1, 'y'],
    ])
    expect(await t.sql('select from factotum_jobs.argument')).toHaveLength(1)
    expect((await jobs.get(handles[0]?.id ?? ''))?.args[1]).toBe('x')
  })

  test('a process that was told not to make tables says how to make them', async () => {
    const jobs = t.manager({ schema: 'elsewhere', migrate: false })
    await expect(jobs.define('note').delay()).rejects.toThrow(
      'has no tables of the job engine. Run `await jobs.migrate()` once',
    )
    await jobs.migrate()
    expect((await jobs.define('later').delay()).id).toBe('1')
    await t.sql('drop schema elsewhere cascade')
  })
})

describe('delayIn and delayUntil', () => {
  test('a job waits as scheduled until it is due', async () => {
    const jobs = t.manager()
    const note = jobs.job('note', async () => currentJob().scheduledFor.toISOString())
    await t.worker(jobs)
    const handle = await note.delayIn({ seconds: 1 })
    const status = await handle.status()
    expect(status).toMatchObject({ state: 'scheduled', startedAt: null })
    expect(await handle.result()).toBe(status?.runAt.toISOString())
    const ended = await handle.status()
    expect(ended?.startedAt?.getTime()).toBeGreaterThanOrEqual(ended?.runAt.getTime() ?? 0)
  })

  test('a time that has passed is due at once', async () => {
    const jobs = t.manager()
    const note = jobs.job('note', async () => currentJob().scheduledFor.toISOString())
    await t.worker(jobs)
    const handle = await note.delayUntil(new Date('2020-01-01T00:00:00Z'))
    expect(await handle.result()).toBe('2020-01-01T00:00:00.000Z')
  })

  test('a delay of nothing is no delay', async () => {
    const handle = await t.manager().define('note').delayIn(0)
    expect(await handle.status()).toMatchObject({ state: 'queued' })
  })
})

describe('delayMany', () => {
  test('stores all in order, in one statement', async () => {
    const jobs = t.manager()
    const seen: number[] = []
    const note = jobs.job('note', (n: number) => void seen.push(n))
    const handles = await note.delayMany(Array.from({ length: 2500 }, (_, n) => [n] as [number]))
    expect(new Set(handles.map(({ id }) => id)).size).toBe(2500)
    const times = await t.sql('select distinct created_at from factotum_jobs.job')
    expect(times).toHaveLength(1)
    await t.worker(jobs, { concurrency: 1 })
    await until(() => seen.length === 2500)
    expect(seen).toEqual(Array.from({ length: 2500 }, (_, n) => n))
  })

  test('or none: one bad call and nothing is stored', async () => {
    const note = t.manager().define<[at: unknown]>('note')
    await expect(note.delayMany([[1], [Number.NaN]])).rejects.toThrow('args[0] is NaN')
    expect(await t.sql('select from factotum_jobs.job')).toEqual([])
  })

  test('of nothing is nothing', async () => {
    expect(await t.manager().define('note').delayMany([])).toEqual([])
  })
})

describe('options for one call', () => {
  test('win over those of the definition', async () => {
    const jobs = t.manager()
    const note = jobs.define('note', { queue: 'slow', priority: 1, retries: 2 })
    const plain = await note.delay()
    const special = await note.with({ queue: 'fast', priority: -7, retries: 0, correlationId: 'r-1' }).delay()
    expect(await plain.status()).toMatchObject({
      queue: 'slow',
      priority: 1,
      maxAttempts: 3,
      correlationId: null,
    })
    expect(await special.status()).toMatchObject({
      queue: 'fast',
      priority: -7,
      maxAttempts: 1,
      correlationId: 'r-1',
    })
  })

  test('reach the handler', async () => {
    const jobs = t.manager()
    const who = jobs.job('who', async () => {
      const { id, name, queue, attempt, correlationId } = currentJob()
      return { id, name, queue, attempt, correlationId }
    })
    await t.worker(jobs)
    const handle = await who.with({ correlationId: 'r-2' }).delay()
    expect(await handle.result()).toEqual({
      id: handle.id,
      name: 'who',
      queue: 'default',
      attempt: 1,
      correlationId: 'r-2',
    })
  })
})

describe('what is refused is a rejected promise, and nothing is stored', () => {
  const bad = () => t.manager().define<[value?: unknown]>('bad')

  test.each<[string, () => Promise<unknown>, string]>([
    ['an argument that is not JSON', () => bad().delay(() => {}), 'args[0] is a function'],
    ['NUL in text', () => bad().delay('a\0b'), 'NUL'],
    ['half a surrogate pair', () => bad().delay('\ud83d'), 'surrogate'],
    ['too large arguments', () => bad().delay('x'.repeat(1_048_576)), 'at most 1,048,576 are allowed'],
    ['an unknown option', () => bad().with(JSON.parse('{"priorty":1}')).delay(), 'Did you mean "priority"?'],
    ['a fraction as priority', () => bad().with({ priority: 1.5 }).delay(), 'whole number'],
    ['a negative delay', () => bad().delayIn(-1), "The delay can't be -1"],
    ['an endless delay', () => bad().delayIn(Number.POSITIVE_INFINITY), "The delay can't be Infinity"],
    ['an unreadable delay', () => bad().delayIn('soon'), "The delay can't be 'soon'"],
    ['a time that is none', () => bad().delayUntil(new Date('?')), 'must be a Date'],
    [
      'a function as backoff of one call',
      () =>
        bad()
          .with({ backoff: () => 1 })
          .delay(),
      "can't be a function",
    ],
    ['an empty queue name', () => bad().with({ queue: '' }).delay(), 'queue'],
  ])('%s', async (_what, call, sentence) => {
    const refused = call()
    await expect(refused).rejects.toThrow(JobError.Invalid)
    await expect(refused).rejects.toThrow(sentence)
    expect(await t.sql('select from factotum_jobs.job')).toEqual([])
  })

  test('after close, with the reason', async () => {
    const jobs = t.manager()
    const note = jobs.define('note')
    await jobs.close()
    await expect(note.delay()).rejects.toThrow(JobError.Closed)
  })

  test('a name defined twice throws at once', () => {
    const jobs = t.manager()
    jobs.define('twice')
    expect(() => jobs.job('twice', () => {})).toThrow('The job "twice" is defined already')
  })
})

test('currentJob outside a job says so', () => {
  expect(() => currentJob()).toThrow('currentJob() was called outside a job')
})
