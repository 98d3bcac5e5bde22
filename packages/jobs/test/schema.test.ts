import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { JobError } from '../src/errors.ts'
import type { StandardSchemaV1 } from '../src/standard-schema.ts'
import { setting } from './setting.ts'

const t = setting()

const size = z.tuple([z.string().min(1), z.number().int().optional()])
/** Text goes in, a date comes out. */
const day = z.tuple([z.iso.date().transform((text) => new Date(text))])

/** A schema as a library unknown to us would write it. */
function handmade<Input, Output = Input>(
  validate: StandardSchemaV1<Input, Output>['~standard']['validate'],
): StandardSchemaV1<Input, Output> {
  return { '~standard': { version: 1, vendor: 'handmade', validate } }
}

describe('the types of a job with a schema', () => {
  test('are those of the schema: its input for calls, its output for the handler', () => {
    const jobs = t.manager()
    const resize = jobs.job(
      'resize',
      async (path, width = 800) => {
        expectTypeOf(path).toEqualTypeOf<string>()
        expectTypeOf(width).toEqualTypeOf<number>()
        return { path, width }
      },
      { schema: size, retries: 2 },
    )
    expectTypeOf(resize.delay).parameters.toEqualTypeOf<[string, (number | undefined)?]>()
    expectTypeOf(resize).returns.resolves.toEqualTypeOf<{ path: string; width: number }>()
    // @ts-expect-error a number is no path
    expect(() => resize.with({}).delay(3)).toBeTypeOf('function')
    // @ts-expect-error the path is missing
    expect(() => resize.delay()).toBeTypeOf('function')

    const report = jobs.job('report', (at) => at.getTime(), { schema: day })
    expectTypeOf(report.delay).parameters.toEqualTypeOf<[string]>()
    // @ts-expect-error the handler gets a Date, but calls give text
    expect(() => report.delay(new Date())).toBeTypeOf('function')
  })

  test("refuse a handler that doesn't fit, and a schema that is of no list", () => {
    const jobs = t.manager()
    // @ts-expect-error the schema gives text
    jobs.job('one', (path: number) => path, { schema: size })
    // @ts-expect-error a schema is for the list of arguments
    jobs.job('two', (path: string) => path, { schema: z.string() })
    // @ts-expect-error the schema belongs to the definition
    expect(() => jobs.define('three').with({ schema: size })).toBeTypeOf('function')
  })

  test('go with a definition that has no handler yet', () => {
    const report = t.manager().define('report', { schema: day })
    expectTypeOf(report.delay).parameters.toEqualTypeOf<[string]>()
    report.handle((at) => at.toISOString())
    // @ts-expect-error the handler gets a Date
    expect(() => report.handle((at: string) => at)).toThrow(JobError.Conflict)
  })
})

describe('a call whose arguments do not fit', () => {
  test('is refused with each issue and its path, and nothing is stored', async () => {
    const order = t.manager().define('order', {
      schema: z.tuple([z.object({ items: z.array(z.object({ count: z.number() })) }), z.string()]),
    })
    const wrong = JSON.parse('[{"items":[{"count":1},{"count":"2"}]},7]')
    const refused = order.delay(...(wrong as Parameters<typeof order.delay>))
    await expect(refused).rejects.toThrow(JobError.Invalid)
    await expect(refused).rejects.toThrow(
      'The arguments don\'t fit the schema of job "order": ' +
        'args[0].items[1].count: Invalid input: expected number, received string; ' +
        'args[1]: Invalid input: expected string, received number.',
    )
    await expect(refused).rejects.toMatchObject({
      cause: [{ path: [0, 'items', 1, 'count'] }, { path: [1] }],
    })
    expect(await t.sql('select from factotum_jobs.job')).toEqual([])
  })

  test.each<[string, (job: ReturnType<typeof resizeOf>) => Promise<unknown>]>([
    ['delay', (job) => job.delay('')],
    ['delayIn', (job) => job.delayIn('1h', '')],
    ['delayUntil', (job) => job.delayUntil(new Date(), '')],
    ['delayMany', (job) => job.delayMany([['a.png'], ['']])],
    ['scheduleCron', (job) => job.scheduleCron('0 0 * * *', '')],
    ['with', (job) => job.with({ priority: 1 }).delay('')],
    ['a plain call', (job) => job('')],
  ])('%s refuses it', async (_way, call) => {
    await expect(call(resizeOf())).rejects.toThrow('args[0]: Too small')
    expect(await t.sql('select from factotum_jobs.job')).toEqual([])
  })

  test('with many issues names the first ten', async () => {
    const issues = Array.from({ length: 13 }, (_, n) => ({ message: `bad ${n}`, path: [{ key: n }] }))
    const schema = handmade<unknown[]>(() => ({ issues }))
    await expect(t.manager().define('odd', { schema }).delay()).rejects.toThrow('bad 9; and 3 more.')
  })

  test('is refused also where the schema answers later', async () => {
    const schema = z.tuple([z.string().refine(async (name) => name !== 'nobody', 'Nobody by that name')])
    const greet = t.manager().define('greet', { schema })
    await expect(greet.delay('nobody')).rejects.toThrow('args[0]: Nobody by that name')
    await expect(greet.delayMany([['Ada'], ['nobody']])).rejects.toThrow('Nobody by that name')
    expect(await t.sql('select from factotum_jobs.job')).toEqual([])
    expect((await (await greet.delay('Ada')).status())?.args).toEqual(['Ada'])
  })

  test('says so where the schema makes no list of the arguments', async () => {
    const schema = handmade<unknown[]>(() => ({ value: JSON.parse('{"path":"a.png"}') }))
    await expect(t.manager().define('odd', { schema }).delay()).rejects.toThrow(
      'must give a list of arguments',
    )
  })
})

describe('what fits', () => {
  test('is stored as it was given, and the handler gets what the schema makes of it', async () => {
    const jobs = t.manager()
    const schema = z.tuple([
      z.iso.date().transform((text) => new Date(text)),
      z.object({ width: z.number().default(800) }),
    ])
    const report = jobs.job('report', (at, { width }) => `${at.getTime()} ${width}`, { schema })
    await t.worker(jobs)
    const handle = await report.delay('2026-11-21', {})
    expect(await handle.result()).toBe(`${Date.UTC(2026, 10, 21)} 800`)
    expect((await handle.status())?.args).toEqual(['2026-11-21', {}])
    expect(await report('2026-11-21', {})).toBe(`${Date.UTC(2026, 10, 21)} 800`)
  })

  test('may leave out optional arguments at the end', async () => {
    const jobs = t.manager()
    const resize = jobs.job('resize', (path, width = 800) => [path, width], { schema: size })
    await t.worker(jobs)
    const handles = await resize.delayMany([['a.png'], ['b.png', undefined], ['c.png', 400]])
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual([
      ['a.png', 800],
      ['b.png', 800],
      ['c.png', 400],
    ])
  })

  test('is read by an asynchronous schema before the run, too', async () => {
    const jobs = t.manager()
    const schema = z.tuple([z.string().transform(async (name) => name.toUpperCase())])
    const greet = jobs.job('greet', (name) => `Hello, ${name}`, { schema })
    await t.worker(jobs)
    expect(await (await greet.delay('Ada')).result()).toBe('Hello, ADA')
  })

  test('may be large', async () => {
    const jobs = t.manager()
    const count = jobs.job('count', (text) => text.length, { schema: size.or(size).pipe(size) })
    await t.worker(jobs)
    expect(await (await count.delay('x'.repeat(100_000))).result()).toBe(100_000)
  })
})

describe('a stored job that does not fit any more', () => {
  test('fails for good, with what did not fit, and its handler is not called', async () => {
    const handle = await t.manager().define<[path: string]>('resize', { retries: 5 }).delay('a.png')
    const jobs = t.manager()
    const ran: unknown[] = []
    jobs.job('resize', (sizes) => void ran.push(sizes), {
      schema: z.tuple([z.array(z.number())]),
      retries: 5,
    })
    await t.worker(jobs)
    await expect(handle.result()).rejects.toThrow(
      'The arguments don\'t fit the schema of job "resize": args[0]: Invalid input: expected array, received string. ' +
        'They were stored by a program with another schema; no attempt would go better.',
    )
    expect(await handle.status()).toMatchObject({ state: 'failed', attempts: 1, maxAttempts: 6 })
    expect(ran).toEqual([])
  })

  test('fits again once the schema does, by a retry', async () => {
    const handle = await t.manager().define<[n: number]>('odd').delay(3)
    const strict = t.manager()
    strict.job('odd', (text) => text, { schema: z.tuple([z.string()]) })
    const worker = await t.worker(strict)
    await expect(handle.result()).rejects.toThrow(JobError.Failed)
    await worker.stop()
    const mended = t.manager()
    mended.job('odd', (value) => value, { schema: z.tuple([z.union([z.string(), z.number()])]) })
    await t.worker(mended)
    await mended.retry(handle.id)
    expect(await handle.result()).toBe(3)
  })

  test('but a schema that breaks costs an attempt like any error', async () => {
    const jobs = t.manager()
    let broken = false
    const schema = handmade<unknown[]>((value) => {
      if (broken) throw new Error('the registry is away')
      return { value: Array.isArray(value) ? value : [] }
    })
    const note = jobs.job('note', () => 'done', { schema, retries: 1, backoff: 'fixed', backoffDelay: '1h' })
    const handle = await note.delay()
    broken = true
    await t.worker(jobs)
    await expect.poll(async () => (await handle.status())?.state).toBe('scheduled')
    expect(await handle.status()).toMatchObject({ attempts: 1, error: 'the registry is away' })
  })
})

test('what is no schema is refused when the job is defined', () => {
  const jobs = t.manager()
  for (const schema of [null, 'string', {}, { '~standard': { version: 2, validate: () => {} } }]) {
    expect(() => jobs.define('odd', JSON.parse(JSON.stringify({ schema })))).toThrow(
      'The schema of job "odd" must be a Standard Schema',
    )
  }
})

function resizeOf() {
  return t.manager().job('resize', (path, width = 800) => ({ path, width }), { schema: size })
}
