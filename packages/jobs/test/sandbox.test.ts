import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { JobError } from '../src/errors.ts'
import type { JobManager } from '../src/job-manager.ts'
import type { DefinitionOptions } from '../src/job-options.ts'
import { fast, setting, sleep, until } from './setting.ts'

const t = setting()
const module = new URL('./sandboxed.ts', import.meta.url)
type Handlers = typeof import('./sandboxed.ts')

const manager = () => t.manager({ timing: { ...fast, sandboxIdle: 2_000 } })
const logOf = async (jobs: JobManager, id: string) => (await jobs.get(id))?.log.map(({ line }) => line)
const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
    // A zombie has ended; only its parent has not asked yet.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

describe.each(['thread', 'process'] as const)('in a %s', (sandbox) => {
  const sandboxed = <Name extends keyof Handlers>(
    jobs: JobManager,
    name: Name,
    options: DefinitionOptions = {},
  ) =>
    jobs.job<Handlers[Name] extends (...args: never[]) => unknown ? Handlers[Name] : never>(
      name,
      { module, export: name },
      { sandbox, ...options },
    )

  test('a handler runs beside the worker, with its arguments, and its result is kept', async () => {
    const jobs = manager()
    const where = sandboxed(jobs, 'where')
    await t.worker(jobs)
    const result = await (await where.delay('ab', 2)).result()
    expect(result.text).toBe('abab')
    if (sandbox === 'thread') {
      expect(result.pid).toBe(process.pid)
      expect(result.threadId).toBeGreaterThan(0)
    } else expect(result.pid).not.toBe(process.pid)
  })

  test('the next job of the module finds it warm; jobs at one time each have their own', async () => {
    const jobs = manager()
    const where = sandboxed(jobs, 'where')
    await t.worker(jobs, { concurrency: 3 })
    const first = await (await where.delay('a')).result()
    const second = await (await where.delay('b')).result()
    expect(second).toEqual({ ...first, text: 'b', calls: 2 })
  })

  test('currentJob() tells all, and what it says is kept in order, to the last word', async () => {
    const jobs = manager()
    const tell = sandboxed(jobs, 'tell', { queue: 'default' })
    await t.worker(jobs)
    const handle = await tell.with({ correlationId: 'request 7' }).delay(700)
    expect(await handle.result()).toEqual({
      id: handle.id,
      name: 'tell',
      queue: 'default',
      attempt: 1,
      scheduledFor: (await handle.status())?.runAt.toISOString(),
      correlationId: 'request 7',
    })
    expect(await handle.status()).toMatchObject({ progress: 0.5, progressMessage: 'half' })
    expect(await logOf(jobs, handle.id)).toEqual(Array.from({ length: 700 }, (_, n) => `line ${n}`))
  })

  test('a step that is done is not done again, and the results of parents are seen', async () => {
    const jobs = manager()
    const where = sandboxed(jobs, 'where')
    const steps = sandboxed(jobs, 'steps', { retries: 1, backoffDelay: 1 })
    await t.worker(jobs)
    const parent = await where.delay('a')
    const handle = await steps.with({ after: parent }).delay()
    const result = await handle.result()
    expect(result.again).toBe(result.first)
    expect(result.parent).toEqual(await parent.result())
    expect(await t.sql('select name, result from factotum_jobs.step')).toEqual([
      { name: 'first', result: result.first },
    ])
    expect((await jobs.get(handle.id))?.failures.map(({ error }) => error)).toEqual(['in the middle'])
  })

  test('of a flood of lines the newest 1,000 stay', async () => {
    const jobs = manager()
    const tell = sandboxed(jobs, 'tell')
    await t.worker(jobs)
    const handle = await tell.delay(50_000)
    await handle.result()
    const log = await logOf(jobs, handle.id)
    expect(log?.at(-1)).toBe('line 49999')
    expect(log?.length).toBeLessThanOrEqual(1_000)
  })

  test('a handler that throws has failed like any other', async () => {
    const jobs = manager()
    const fail = sandboxed(jobs, 'fail', { retries: 1, backoffDelay: 1 })
    await t.worker(jobs)
    for (const [kind, error, attempts] of [
      ['plain', 'no luck', 2],
      ['type', 'TypeError: not a number', 2],
      ['text', 'Thrown: just text', 2],
      ['fatal', 'no use', 1],
    ] as const) {
      const handle = await fail.delay(kind)
      await expect(handle.result()).rejects.toThrow(error)
      expect(await handle.status()).toMatchObject({ state: 'failed', attempts, error })
      if (kind !== 'text')
        expect((await jobs.get(handle.id))?.failures.at(-1)?.stack).toContain('sandboxed.ts')
    }
    const snoozing = await fail.delay('snooze')
    await until(async () => (await snoozing.status())?.state === 'scheduled')
    expect(await snoozing.status()).toMatchObject({ attempts: 0, error: null })
  })

  test.each([
    ['exit', [3], /^The (thread|process) ended before the handler did, as by process\.exit\(3\)\.$/],
    ['stray', [], /ended by an error that nobody caught: RangeError: from a timer$/],
    ['leak', ['array'], /past its memory cap of 200 MB\.$/],
    ['leak', ['map'], /past its memory cap of 200 MB\.$/],
    ...(sandbox === 'process'
      ? [
          [
            'leak',
            ['buffers'],
            /^The process was ended: it held \d+ MB, past its memory cap of 200 MB\.$/,
          ] as const,
        ]
      : []),
  ] as const)(
    '%s %j fails that one attempt, and neither the worker nor its other jobs',
    async (name, args, error) => {
      const jobs = manager()
      const poison = jobs.job(
        'poison',
        { module, export: name },
        { sandbox, memory: 200, retries: 1, backoffDelay: 1 },
      )
      const neighbour = sandboxed(jobs, 'untilAborted')
      const inside = jobs.job('inside', async () => 'done')
      const worker = await t.worker(jobs, { concurrency: 3 })
      const [before] = await jobs.workers()
      const beside = await neighbour.delay()
      await until(async () => (await logOf(jobs, beside.id))?.length === 1)
      const handle = await poison.delay(...args)
      await expect(handle.result()).rejects.toThrow(error)
      expect(await handle.status()).toMatchObject({ state: 'failed', attempts: 2 })
      expect(await t.sql('select deaths from factotum_jobs.failed')).toEqual([{ deaths: 0 }])
      if (name === 'exit') expect(await logOf(jobs, handle.id)).toEqual(['last words', 'last words'])
      expect(await (await inside.delay()).result()).toBe('done')
      expect(await beside.status()).toMatchObject({ state: 'started', attempts: 0 })
      expect((await jobs.workers())[0]?.id).toBe(before?.id)
      await beside.cancel()
      await expect(beside.result()).rejects.toThrow(JobError.Canceled)
      await worker.stop()
    },
    60_000,
  )

  test('while (true) ends at its timeout, and is tried again once it has ended', async () => {
    const jobs = manager()
    const forever = sandboxed(jobs, 'forever', { timeout: 300, retries: 1, backoffDelay: 1 })
    const where = sandboxed(jobs, 'where')
    await t.worker(jobs)
    const handle = await forever.delay()
    await expect(handle.result()).rejects.toThrow('The attempt took longer than its timeout of 300 ms.')
    expect(await handle.status()).toMatchObject({ state: 'failed', attempts: 2 })
    expect(await logOf(jobs, handle.id)).toEqual(['runs', 'runs'])
    expect((await (await where.delay('a')).result()).text).toBe('a')
  })

  test('a job that heeds its signal is canceled cooperatively, and its sandbox stays', async () => {
    const jobs = manager()
    const patient = sandboxed(jobs, 'untilAborted')
    const where = sandboxed(jobs, 'where')
    await t.worker(jobs, { concurrency: 1 })
    const before = await (await where.delay('a')).result()
    const handle = await patient.delay()
    await until(async () => (await logOf(jobs, handle.id))?.length === 1)
    expect(await handle.cancel()).toBe('canceling')
    await expect(handle.result()).rejects.toThrow(JobError.Canceled)
    expect(await handle.status()).toMatchObject({ state: 'canceled', canceledHow: 'cooperative' })
    expect(await (await where.delay('a')).result()).toEqual({ ...before, calls: 2 })
  })

  test('one that does not is terminated after the grace', async () => {
    const jobs = manager()
    const forever = sandboxed(jobs, 'forever')
    const where = sandboxed(jobs, 'where')
    await t.worker(jobs, { concurrency: 1 })
    const handle = await forever.delay()
    await until(async () => (await logOf(jobs, handle.id))?.length === 1)
    await handle.cancel()
    await expect(handle.result()).rejects.toThrow(JobError.Canceled)
    expect(await handle.status()).toMatchObject({
      state: 'canceled',
      canceledHow: 'terminated',
      result: null,
    })
    expect((await (await where.delay('a')).result()).calls).toBe(1)
  })

  test('stop hands back what runs, and ends every sandbox', async () => {
    const jobs = manager()
    const forever = sandboxed(jobs, 'forever')
    const where = sandboxed(jobs, 'where')
    const worker = await t.worker(jobs, { concurrency: 2 })
    const { pid } = await (await where.delay('a')).result()
    const handle = await forever.delay()
    await until(async () => (await logOf(jobs, handle.id))?.length === 1)
    await worker.stop({ grace: 50 })
    expect(await handle.status()).toMatchObject({ state: 'queued', attempts: 0 })
    if (sandbox === 'process') expect(alive(pid)).toBe(false)
  })

  test('an idle one ends after a while', async () => {
    const jobs = t.manager({ timing: { ...fast, sandboxIdle: 50 } })
    const where = sandboxed(jobs, 'where')
    await t.worker(jobs)
    const first = await (await where.delay('a')).result()
    // A place that is gone counts its calls no further.
    await until(async () => {
      // Asking sooner would keep it busy.
      await sleep(200)
      return (await (await where.delay('b')).result()).calls === 1
    })
    if (sandbox === 'process') await until(() => !alive(first.pid))
  })

  test("what a job leaves behind in memory is not the next one's end", async () => {
    const jobs = manager()
    const keep = sandboxed(jobs, 'keep', { memory: 300 })
    await t.worker(jobs, { concurrency: 1 })
    for (let n = 0; n < 3; n++) expect(await (await keep.delay(120)).result()).toBe(120_000_000)
  })

  test('a result that is no JSON fails, and none at all is null', async () => {
    const jobs = manager()
    const result = sandboxed(jobs, 'result')
    await t.worker(jobs)
    await expect((await result.delay('bigint')).result()).rejects.toThrow('result')
    await expect((await result.delay('function')).result()).rejects.toThrow('result')
    expect(await (await result.delay('nothing')).result()).toBeNull()
  })

  test('a module or a function that is not there fails the attempt, and says what is', async () => {
    const jobs = manager()
    const options = { sandbox }
    const gone = jobs.job('gone', { module: new URL('./nowhere.ts', import.meta.url) }, options)
    const other = jobs.job('other', { module, export: 'wher' }, options)
    const value = jobs.job('value', { module, export: 'notAFunction' }, options)
    const plain = jobs.job<Handlers['default']>('plain', { module }, options)
    await t.worker(jobs)
    await expect((await gone.delay()).result()).rejects.toThrow(/nowhere\.ts is not there\.$/)
    await expect((await other.delay()).result()).rejects.toThrow(
      /exports no function "wher"; its functions are .*where/,
    )
    await expect((await value.delay()).result()).rejects.toThrow('exports no function "notAFunction"')
    expect(await (await plain.delay(1)).result()).toBe(2)
  })
})

test('a worker that is killed takes its processes along, and what they started', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'factotum-sandbox-'))
  const file = join(folder, 'pids')
  const child = await t.child('worker-process.ts', JSON.stringify(fast))
  await t.manager().define<[file: string]>('family').delay(file)
  const pids = await until(() => {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const list: number[] = text === '' ? [] : JSON.parse(text)
    return list.length === 2 && list
  })
  expect(pids.map(alive)).toEqual([true, true])
  child.kill('SIGKILL')
  await until(() => pids.every((pid) => !alive(pid)))
  rmSync(folder, { recursive: true })
}, 60_000)

describe('a job that is defined by its module', () => {
  test('runs in the event loop where no sandbox is asked for', async () => {
    const jobs = manager()
    const where = jobs.job<Handlers['where']>('where', { module, export: 'where' })
    await t.worker(jobs)
    expect(await (await where.delay('a')).result()).toMatchObject({ pid: process.pid, threadId: 0 })
  })

  test('is called directly as a function, here, whatever its sandbox', async () => {
    const where = manager().job<Handlers['where']>(
      'where',
      { module, export: 'where' },
      { sandbox: 'process' },
    )
    expect(await where('a', 3)).toMatchObject({ text: 'aaa', pid: process.pid, threadId: 0 })
    // @ts-expect-error The arguments' types are the function's.
    await expect(where(3)).rejects.toThrow(TypeError)
  })

  test('may get it later, in the worker that has it', async () => {
    const where = manager().define<[text: string], { threadId: number }>('where')
    const jobs = manager()
    jobs.define('where', { sandbox: 'thread' }).handle({ module, export: 'where' })
    await t.worker(jobs)
    expect((await (await where.delay('a')).result()).threadId).toBeGreaterThan(0)
  })

  test('has its arguments made by its schema, which need not be JSON', async () => {
    const jobs = manager()
    const schema = z.tuple([z.iso.datetime().transform((text) => new Date(text))])
    const year = jobs.job<(day: string) => number>(
      'year',
      { module, export: 'year' },
      { sandbox: 'process', schema },
    )
    await t.worker(jobs)
    expect(await (await year.delay('2026-11-21T00:00:00Z')).result()).toBe(2026)
    await expect(year.delay('soon')).rejects.toThrow(JobError.Invalid)
  })

  test('has hooks around its run, which see its result', async () => {
    const jobs = manager()
    const seen: unknown[] = []
    jobs.use({
      async run(call, next) {
        const result = await next()
        seen.push(call.name, result)
        return result
      },
    })
    const plus = jobs.job<Handlers['default']>('plus', { module }, { sandbox: 'thread' })
    await t.worker(jobs)
    expect(await (await plus.delay(1)).result()).toBe(2)
    expect(seen).toEqual(['plus', 2])
  })
})

describe('what can not be is refused', () => {
  const refused = (define: (jobs: JobManager) => unknown) => {
    const jobs = manager()
    let thrown: unknown
    try {
      define(jobs)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(JobError.Invalid)
    return expect(thrown instanceof Error ? thrown.message : '')
  }
  // As a program without types would.
  const options = (given: object): object => given

  test('a function in a sandbox', () => {
    refused((jobs) => jobs.job('a', () => {}, options({ sandbox: 'thread' }))).toBe(
      `The handler of job "a" can't be a function, as a sandbox can't be sent one: give its module, { module: new URL('./file.ts', import.meta.url), export: 'name' }.`,
    )
    refused((jobs) => jobs.define('b', { sandbox: 'process' }).handle(() => null)).toContain(
      "can't be a function",
    )
  })

  test('a sandbox there is not, a memory cap that is none, or that has none to cap', () => {
    refused((jobs) => jobs.define('a', options({ sandbox: 'proces' }))).toContain('Did you mean "process"?')
    refused((jobs) => jobs.define('a', { memory: 100 })).toContain('can only be capped in a sandbox')
    for (const memory of ['lots', '10', '-1mb', 0, 15, Number.NaN, '2tb', null])
      refused((jobs) => jobs.define('a', options({ sandbox: 'thread', memory }))).toContain(
        "must be megabytes, or text such as '256mb' or '2gb', from 16 MB (in a thread) to 1 TB",
      )
    refused((jobs) => jobs.define('a', { sandbox: 'process', memory: '63mb' })).toContain(
      'from 64 MB (in a process)',
    )
    manager().define('a', { sandbox: 'process', memory: '1.5GB' })
  })

  test('a module that is no file, and what else is in its place', () => {
    refused((jobs) => jobs.job('a', { module: './a.ts' })).toContain(
      'The module of job "a" must be a file\'s URL or absolute path',
    )
    refused((jobs) => jobs.job('a', { module: new URL('https://example.com/a.js') })).toContain(
      'https://example.com',
    )
    refused((jobs) => jobs.job('a', { module, export: '' })).toContain('The export of job "a"')
    const wrong: { module: URL } = Object.assign({ module }, { exports: 'where' })
    refused((jobs) => jobs.job('a', wrong)).toContain('There is no "exports"')
  })

  test('another sandbox for one call', async () => {
    const where = manager().job<Handlers['where']>('where', { module, export: 'where' })
    await expect(where.with(options({ sandbox: 'thread' })).delay('a')).rejects.toThrow(
      'There is no option "sandbox" for a call',
    )
  })
})
