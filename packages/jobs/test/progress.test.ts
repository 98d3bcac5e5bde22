import { describe, expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { JobError } from '../src/errors.ts'
import { gate, setting, sleep, until } from './setting.ts'

const t = setting()

describe('progress', () => {
  test('shows while the job runs, with its message, and the last stays with its end', async () => {
    const jobs = t.manager()
    const { passed, open } = gate()
    const long = jobs.job('long', async () => {
      await currentJob().progress(0.25, 'a quarter')
      await passed
      await currentJob().progress(1, 'all')
    })
    await t.worker(jobs)
    const handle = await long.delay()
    const status = await until(async () => {
      const now = await handle.status()
      return now?.progress === null ? null : now
    })
    expect(status).toMatchObject({ state: 'started', progress: 0.25, progressMessage: 'a quarter' })
    open()
    await handle.result()
    expect(await handle.status()).toMatchObject({ progress: 1, progressMessage: 'all' })
    expect(await t.sql('select from factotum_jobs.progress')).toEqual([])
  })

  test('is written a few times a second however often it is told, the last one surely, and never backwards', async () => {
    const jobs = t.manager()
    const written: number[] = []
    jobs.on('progress', ({ value }) => written.push(value))
    const long = jobs.job('long', async () => {
      for (let step = 1; step <= 1000; step++) {
        await currentJob().progress(step / 1000)
        if (step % 10 === 0) await sleep(5)
      }
    })
    await t.worker(jobs)
    const handle = await long.delay()
    await handle.result()
    expect(written.at(-1)).toBe(1)
    expect(written).toEqual(written.toSorted((a, b) => a - b))
    const seconds =
      ((await handle.status())?.endedAt?.getTime() ?? 0) / 1000 -
      ((await handle.status())?.startedAt?.getTime() ?? 0) / 1000
    expect(written.length).toBeLessThan(seconds * 4 + 4)
  })

  test('starts anew with the next attempt', async () => {
    const jobs = t.manager()
    const bad = jobs.job(
      'bad',
      async () => {
        if (currentJob().attempt === 1) {
          await currentJob().progress(0.9)
          throw new Error('no')
        }
      },
      { retries: 1, backoff: 'fixed', backoffDelay: 10 },
    )
    await t.worker(jobs)
    const handle = await bad.delay()
    await handle.result()
    expect((await handle.status())?.progress).toBeNull()
  })

  test.each([-0.1, 1.1, Number.NaN, Number.POSITIVE_INFINITY])('%d is refused', async (value) => {
    const jobs = t.manager()
    const long = jobs.job('long', async () =>
      currentJob()
        .progress(value)
        .catch((error: unknown) => error instanceof JobError.Invalid && error.message),
    )
    await t.worker(jobs)
    expect(await (await long.delay()).result()).toBe(
      `The progress must be a number from 0 to 1; it is ${value}.`,
    )
  })
})

describe('the log', () => {
  test('keeps formatted lines in order, with their attempt', async () => {
    const jobs = t.manager()
    const long = jobs.job(
      'long',
      async () => {
        const job = currentJob()
        job.log('resized %s to %d', 'a.png', 400)
        job.log('and %j', { so: 'on' })
        if (job.attempt === 1) throw new Error('no')
      },
      { retries: 1, backoff: 'fixed', backoffDelay: 10 },
    )
    await t.worker(jobs)
    const handle = await long.delay()
    await handle.result()
    const log = (await jobs.get(handle.id))?.log
    expect(log?.map(({ attempt, line }) => [attempt, line])).toEqual([
      [1, 'resized a.png to 400'],
      [1, 'and {"so":"on"}'],
      [2, 'resized a.png to 400'],
      [2, 'and {"so":"on"}'],
    ])
    expect(log?.[0]?.at).toBeInstanceOf(Date)
  })

  test('keeps the newest thousand lines, each cut at 10,000 characters, whatever they hold', async () => {
    const jobs = t.manager()
    const long = jobs.job('long', async () => {
      for (let n = 0; n < 3_000; n++) {
        currentJob().log('line %d', n)
        if (n % 100 === 0) await sleep(10)
      }
      currentJob().log('x'.repeat(20_000))
      currentJob().log('NUL \0 and \udc00')
    })
    await t.worker(jobs)
    const handle = await long.delay()
    await handle.result()
    const lines = (await jobs.get(handle.id))?.log.map(({ line }) => line) ?? []
    expect(lines).toHaveLength(1_000)
    expect(lines[0]).toBe('line 2002')
    expect(lines.at(-2)).toHaveLength(10_000)
    expect(lines.at(-1)).toBe('NUL \\u0000 and \\udc00')
  })
})

test('a job claimed ahead of its start shows as queued until it runs', async () => {
  const jobs = t.manager()
  const { passed, open } = gate()
  const seen: number[] = []
  const note = jobs.job('note', async (n: number) => {
    seen.push(n)
    if (n >= 1500) await passed
  })
  const handles = await note.delayMany(Array.from({ length: 1700 }, (_, n) => [n] as [number]))
  await t.worker(jobs, { concurrency: 1 })
  await until(() => seen.length === 1501)
  await until(async () => (await handles[1500]?.status())?.state === 'started')
  expect((await handles[1650]?.status())?.state).toBe('queued')
  expect((await jobs.queues())[0]).toMatchObject({ started: 1, queued: 199 })
  open()
  await until(() => seen.length === 1700)
})

test('results and messages of one batch come back as they were, whatever characters they hold', async () => {
  const jobs = t.manager()
  const strange = [
    '"',
    '\\',
    '\\"',
    '\n\t',
    '{a,"b"}',
    'NULL',
    '',
    ' ',
    "'",
    'é🙂',
    '\u2028',
    '{}',
    '[1,2]',
    '\u0001',
  ]
  const echo = jobs.job('echo', async (text: string, speaks: boolean) => {
    if (speaks) await currentJob().progress(0.5, text)
    return { text, [text]: [text, null] }
  })
  const handles = await echo.delayMany(
    strange.flatMap((text): [string, boolean][] => [
      [text, true],
      [text, false],
    ]),
  )
  await t.worker(jobs)
  for (const [index, handle] of handles.entries()) {
    const text = strange[Math.floor(index / 2)] ?? ''
    expect(await handle.result()).toEqual({ text, [text]: [text, null] })
    const status = await handle.status()
    expect(status?.progressMessage).toBe(index % 2 === 0 ? text : null)
  }
})
