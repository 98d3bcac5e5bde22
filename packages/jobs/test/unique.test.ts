import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JobError } from '../src/errors.ts'
import { begun, gate, setting, until } from './setting.ts'

const t = setting()

describe('a unique key', () => {
  test('answers the handle of the job that has it, until that has ended', async () => {
    const jobs = t.manager()
    const { passed, open } = gate()
    const index = jobs.job('index', async (n: number) => {
      await passed
      return n
    })
    const runs = begun(jobs)
    const unique = index.with({ uniqueKey: 'a' })
    const first = await unique.delay(1)
    expect((await unique.delay(2)).id).toBe(first.id)
    expect((await index.with({ uniqueKey: 'b' }).delay(3)).id).not.toBe(first.id)
    await t.worker(jobs)
    await runs
    expect((await unique.delay(4)).id).toBe(first.id)
    open()
    expect(await first.result()).toBe(1)
    const next = await unique.delay(5)
    expect(next.id).not.toBe(first.id)
    expect(await next.result()).toBe(5)
  })

  test('while waiting: a call made while the job runs makes a new one', async () => {
    const jobs = t.manager()
    const { passed, open } = gate()
    const index = jobs.job(
      'index',
      async (n: number) => {
        if (n === 1) await passed
        return n
      },
      { uniqueKey: (n) => (n < 10 ? 'low' : null), uniqueWhile: 'waiting' },
    )
    const runs = begun(jobs)
    await t.worker(jobs, { concurrency: 1 })
    const first = await index.delay(1)
    await runs
    const second = await index.delay(2)
    expect(second.id).not.toBe(first.id)
    expect((await index.delay(3)).id).toBe(second.id)
    // No key, by the function.
    expect((await index.delay(10)).id).not.toBe((await index.delay(11)).id)
    open()
    expect(await second.result()).toBe(2)
  })

  test('belongs to the name of its job: another may have the same', async () => {
    const jobs = t.manager()
    const one = await jobs.define('one', { uniqueKey: 'a' }).delay()
    const two = await jobs.define('two', { uniqueKey: 'a' }).delay()
    expect(one.id).not.toBe(two.id)
  })

  test('is one job however many callers there are at once', async () => {
    const managers = [t.manager(), t.manager(), t.manager()]
    const indexes = managers.map((jobs) => jobs.define<[n: number]>('index', { uniqueKey: 'a' }))
    const handles = await Promise.all(
      Array.from({ length: 90 }, (_, n) => indexes[n % 3]?.delay(n) ?? expect.fail()),
    )
    expect(new Set(handles.map(({ id }) => id)).size).toBe(1)
    expect(await t.sql('select from factotum_jobs.job')).toHaveLength(1)
  })

  test('in many calls at once: each key once, handles in the order of the calls, also in a transaction', async () => {
    const jobs = t.manager()
    const index = jobs.define<[key: string | null]>('index', { uniqueKey: (key) => key })
    const calls: [string | null][] = [['b'], ['a'], [null], ['b'], ['a'], [null]]
    const [b, a, free, b2, a2, free2] = await index.delayMany(calls)
    expect([b2?.id, a2?.id]).toEqual([b?.id, a?.id])
    expect(free2?.id).not.toBe(free?.id)
    const client = await t.pool.connect()
    await client.query('begin')
    const again = await index.with({ client }).delayMany([['a'], ['c']])
    expect(again[0]?.id).toBe(a?.id)
    await client.query('rollback')
    client.release()
    expect(await again[1]?.status()).toBeNull()
    expect((await index.delay('c')).id).not.toBe(again[1]?.id)
  })

  test("waits for another's transaction that has the same key, and answers by how it ends", async () => {
    const jobs = t.manager()
    const index = jobs.define('index', { uniqueKey: 'a' })
    const client = await t.pool.connect()
    await client.query('begin')
    const inside = await index.with({ client }).delay()
    const outside = index.delay()
    await client.query('rollback')
    const kept = await outside
    expect(kept.id).not.toBe(inside.id)
    expect(await kept.status()).toMatchObject({ state: 'queued' })
    client.release()
  })

  test('taken meanwhile: a retry by hand is a conflict, and nothing is lost', async () => {
    const jobs = t.manager()
    const bad = jobs.job('bad', (fails: boolean) => {
      if (fails) throw new Error('no')
    })
    await t.worker(jobs)
    const unique = bad.with({ uniqueKey: 'a' })
    const failed = await unique.delay(true)
    await failed.result().catch(() => {})
    const other = await unique.delayIn('1h', false)
    await expect(jobs.retry(failed.id)).rejects.toThrow('Another job has its unique key now')
    expect(await failed.status()).toMatchObject({ state: 'failed' })
    await other.cancel()
    await jobs.pause('default')
    await jobs.retry(failed.id)
    // Back with its key.
    expect((await unique.delay(false)).id).toBe(failed.id)
  })
})

describe('debounce', () => {
  test('moves the time and replaces the arguments with each call', async () => {
    const jobs = t.manager()
    const index = jobs.define<[text: string]>('index', { uniqueKey: 'a', debounce: '1h' })
    const first = await index.delay('one')
    const before = await first.status()
    expect(before).toMatchObject({ state: 'scheduled', args: ['one'] })
    const large = 'x'.repeat(20_000)
    expect((await index.delay(large)).id).toBe(first.id)
    const after = await first.status()
    expect(after?.args).toEqual([large])
    expect(after?.runAt.getTime()).toBeGreaterThan(before?.runAt.getTime() ?? Number.NaN)
    await index.delay('three')
    expect((await first.status())?.args).toEqual(['three'])
    expect(await t.sql('select from factotum_jobs.argument')).toEqual([])
  })

  test('runs once, with the last arguments; a call made while it runs is a run of its own', async () => {
    const jobs = t.manager()
    const { passed, open } = gate()
    const seen: number[] = []
    const index = jobs.job(
      'index',
      async (n: number) => {
        seen.push(n)
        if (seen.length === 1) await passed
      },
      { uniqueKey: 'a', debounce: 30 },
    )
    const runs = begun(jobs)
    for (let n = 1; n <= 5; n++) await index.delay(n)
    await t.worker(jobs)
    await runs
    await index.delay(6)
    await index.delay(7)
    open()
    await until(() => seen.length === 2)
    expect(seen).toEqual([5, 7])
  })

  test('without a unique key, with a time of its own, or with the other scope is refused', async () => {
    const jobs = t.manager()
    await expect(jobs.define('a', { debounce: 10 }).delay()).rejects.toThrow('needs a uniqueKey')
    await expect(jobs.define('b', { debounce: 10, uniqueKey: 'x' }).delayIn(5)).rejects.toThrow('by delay()')
    await expect(
      jobs.define('c', { debounce: 10, uniqueKey: 'x', uniqueWhile: 'unfinished' }).delay(),
    ).rejects.toThrow("uniqueWhile: 'waiting' only")
    expect(await t.sql('select from factotum_jobs.job')).toEqual([])
  })
})

test('keys are text of 1 to 200 characters, given or made', async () => {
  const jobs = t.manager()
  const made = jobs.define<[text: string]>('made', { uniqueKey: (text) => text })
  await expect(made.delay('')).rejects.toThrow(JobError.Invalid)
  await expect(made.delay('x'.repeat(201))).rejects.toThrow(
    'The uniqueKey of job "made" must be text of 1 to 200',
  )
  expect(() => jobs.define('given', { serialKey: '' })).toThrow('The serialKey of job "given" must be')
  const first = await made.delay('x')
  await expect(made.with({ after: first }).delay('y')).rejects.toThrow(
    'both wait for others and have a uniqueKey',
  )
})

test('whatever calls, cancels and runs come: never two unfinished jobs of one key', async () => {
  const act = fc.record({ key: fc.constantFrom('a', 'b'), waiting: fc.boolean(), cancel: fc.boolean() })
  const jobs = t.manager()
  const index = jobs.job('index', async () => {})
  await t.worker(jobs)
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
      await Promise.all(
        acts.map(async ({ key, waiting, cancel }) => {
          const handle = await index
            .with({ uniqueKey: key, uniqueWhile: waiting ? 'waiting' : 'unfinished' })
            .delay()
          if (cancel) await handle.cancel().catch(() => {})
        }),
      )
      await until(async () => (await t.sql('select from factotum_jobs.job')).length === 0)
    }),
    { numRuns: 20 },
  )
}, 60_000)
