import { describe, expect, test } from 'vitest'
import { Database } from '../src/database.ts'
import { JobError } from '../src/errors.ts'
import { looking } from '../src/looking.ts'
import { queueFigures } from '../src/sql/queue-figures.ts'
import { queueJobs } from '../src/sql/queue-jobs.ts'
import { scansOf } from './plan.ts'
import { gate, setting, until } from './setting.ts'

const t = setting()

describe('list', () => {
  test('answers jobs in any state, newest first, page by page', async () => {
    const jobs = t.manager()
    const good = jobs.job('good', async (n: number) => n)
    const bad = jobs.job('bad', async () => Promise.reject(new Error('no')), { queue: 'other' })
    const worker = await t.worker(jobs, { queues: ['default', 'other'] })
    const done = await good.delayMany([[1], [2], [3]])
    const failed = await bad.delay()
    await Promise.allSettled([...done, failed].map((handle) => handle.result()))
    await worker.stop()
    const waiting = await good.delayMany([[4], [5]])
    const later = await good.delayIn('1h', 6)
    const canceled = await good.delay(7)
    await canceled.cancel()
    const all = [...done, failed, ...waiting, later, canceled].map(({ id }) => id).toReversed()

    const first = await jobs.list({}, { limit: 3 })
    const second = await jobs.list({}, { limit: 3, before: first.next ?? '' })
    const third = await jobs.list({}, { limit: 3, before: second.next ?? '' })
    expect([...first.jobs, ...second.jobs, ...third.jobs].map(({ id }) => id)).toEqual(all)
    expect(third.next).toBeNull()

    const ids = async (filter: object) => (await jobs.list(filter)).jobs.map(({ id }) => id)
    expect(await ids({ state: 'finished' })).toEqual(done.map(({ id }) => id).toReversed())
    expect(await ids({ state: 'failed' })).toEqual([failed.id])
    expect(await ids({ state: 'canceled' })).toEqual([canceled.id])
    expect(await ids({ state: 'queued' })).toEqual(waiting.map(({ id }) => id).toReversed())
    expect(await ids({ state: 'scheduled' })).toEqual([later.id])
    expect(await ids({ state: 'deferred' })).toEqual([])
    expect(await ids({ queue: 'other' })).toEqual([failed.id])
    expect(await ids({ name: 'bad', state: 'failed' })).toEqual([failed.id])
    expect(await ids({ name: 'bad', state: 'finished' })).toEqual([])
  })

  test.each([
    [{ state: 'finishd' }, {}, 'Did you mean "finished"?'],
    [{ nme: 'x' }, {}, 'Did you mean "name"?'],
    [{}, { limit: 0 }, 'The limit of a list must be a whole number from 1 to 1,000'],
    [{}, { before: 'x' }, 'must be the id of a job'],
  ])('%o %o is refused', async (filter, page, sentence) => {
    const jobs = t.manager()
    await expect(jobs.list(JSON.parse(JSON.stringify(filter)), page)).rejects.toThrow(JobError.Invalid)
    await expect(jobs.list(JSON.parse(JSON.stringify(filter)), page)).rejects.toThrow(sentence)
  })
})

describe('queues', () => {
  test('are counted by state, with the wait of the oldest', async () => {
    const jobs = t.manager()
    const { passed, open } = gate()
    const long = jobs.job('long', async () => passed)
    await t.worker(jobs, { concurrency: 2 })
    await long.delayMany([[], [], [], []])
    await long.delayIn('1h')
    await long.with({ queue: 'other' }).delayUntil(new Date(Date.now() - 60_000))
    await until(async () => (await jobs.queues())[0]?.started === 2)
    const [main, other] = await jobs.queues()
    expect(main).toMatchObject({
      name: 'default',
      paused: false,
      scheduled: 1,
      queued: 2,
      started: 2,
      deferred: 0,
    })
    expect(main?.oldestWaiting).toBeGreaterThan(0)
    expect(other).toMatchObject({ name: 'other', queued: 1, started: 0 })
    expect(other?.oldestWaiting).toBeGreaterThan(59)
    const info = await jobs.queueInfo('default', { limit: 3 })
    expect(info).toMatchObject({ name: 'default', length: 4, more: false })
    expect(info.jobs.map(({ state }) => state)).toEqual(['started', 'started', 'queued'])
    expect(await jobs.queueInfo('nowhere')).toEqual({ name: 'nowhere', length: 0, more: false, jobs: [] })
    const [worker] = await jobs.workers()
    expect(worker).toMatchObject({ queues: ['default'], concurrency: 2, running: 2 })
    expect(worker?.jobs).toEqual(
      info.jobs.slice(0, 2).map(({ id, startedAt }) => ({ id, name: 'long', queue: 'default', startedAt })),
    )
    expect(main?.more).toBe(false)
    expect(await jobs.queue('default', { most: 2 })).toMatchObject({ queued: 2, more: true })
    expect(await jobs.queue('nowhere')).toBeNull()
    expect(await jobs.queueNames()).toEqual(['default', 'other'])
    await expect(jobs.queues({ most: 0 })).rejects.toThrow('from 1 to 1,000,000')
    open()
  })

  test('go through no more rows than they count, by indexes alone, whatever the statistics say', async () => {
    const jobs = t.manager()
    const note = jobs.define('note')
    await t.sql('analyze factotum_jobs.job')
    const many = Array.from({ length: 3_000 }, () => [] as [])
    await note.delayMany(many)
    await note.with({ queue: 'later' }).delayMany(many)
    await t.sql(`update factotum_jobs.job set state = 0 where queue = 'later'`)
    const database = new Database({ connectionString: t.url, schema: 'factotum_jobs', migrate: false })
    try {
      await looking(database, async (client) => {
        const scans = [
          ...(await scansOf(client, queueFigures(database.schema), [1_000, 'default'])),
          ...(await scansOf(client, queueJobs(database.schema), ['default', 100, 1_000])),
        ]
        for (const scan of scans) {
          if (scan['Relation Name'] === 'worker') continue
          expect(scan['Node Type'], JSON.stringify(scan)).toMatch(/^(Index (Only )?|CTE )Scan$/)
          expect(scan.seen, JSON.stringify(scan)).toBeLessThanOrEqual(1_000)
        }
        expect(scans.some((scan) => scan['Relation Name'].startsWith('done_'))).toBe(false)
      })
    } finally {
      await database.close()
    }
    expect(await jobs.queueInfo('later', { limit: 2 })).toMatchObject({ length: 3_000, more: false })
  })

  test('that are paused start nothing, but take jobs; what runs goes on', async () => {
    const jobs = t.manager()
    const { passed, open } = gate()
    const long = jobs.job('long', async (wait: boolean) => (wait ? passed : undefined))
    await t.worker(jobs)
    const running = await long.delay(true)
    await until(async () => (await running.status())?.state === 'started')
    await jobs.pause('default')
    const waiting = await long.delay(false)
    open()
    await running.result()
    expect((await waiting.status())?.state).toBe('queued')
    expect((await jobs.queues())[0]).toMatchObject({ paused: true, queued: 1 })
    await jobs.resume('default')
    await waiting.result()
  })
})

test('throughput counts by the minute, and ended since a time', async () => {
  const jobs = t.manager()
  const good = jobs.job('good', async () => {})
  const bad = jobs.job('bad', async () => Promise.reject(new Error('no')))
  await t.worker(jobs)
  const handles = [...(await good.delayMany([[], [], []])), ...(await bad.delayMany([[], []]))]
  await Promise.allSettled(handles.map((handle) => handle.result()))
  await (await good.delayIn('1h')).cancel()
  const minutes = await jobs.throughput(5)
  expect(minutes).toHaveLength(5)
  expect(minutes.reduce((sum, { finished }) => sum + finished, 0)).toBe(3)
  expect(minutes.reduce((sum, { failed }) => sum + failed, 0)).toBe(2)
  expect(
    minutes.every(
      ({ minute }, index) => minute.getTime() === (minutes[0]?.minute.getTime() ?? 0) + index * 60_000,
    ),
  ).toBe(true)
  expect(await jobs.ended(new Date(Date.now() - 60_000))).toEqual({ finished: 3, failed: 2, canceled: 1 })
  expect(await jobs.ended(new Date(Date.now() + 60_000))).toEqual({ finished: 0, failed: 0, canceled: 0 })
  await expect(jobs.throughput(0)).rejects.toThrow('from 1 to 57,600')
})

test('the rate of a queue is that of its own jobs', async () => {
  const jobs = t.manager()
  const good = jobs.job('good', async () => {})
  const bad = jobs.job('bad', async () => Promise.reject(new Error('no')), { queue: 'other' })
  await t.worker(jobs, { queues: ['default', 'other'] })
  const handles = [
    ...(await good.delayMany([[], [], []])),
    await bad.delay(),
    await good.with({ queue: 'other' }).delay(),
  ]
  await Promise.allSettled(handles.map((handle) => handle.result()))
  const [main, other] = await jobs.queues()
  // Over five to six minutes.
  expect(main?.finishedPerMinute).toBeGreaterThan(3 / 6.1)
  expect(main?.finishedPerMinute).toBeLessThanOrEqual(3 / 5)
  expect(main?.failedPerMinute).toBe(0)
  expect(other?.failedPerMinute).toBeGreaterThan(0)
  expect(other?.finishedPerMinute).toBeCloseTo(other?.failedPerMinute ?? 0)
})

test('tallies of past minutes are added up, and none is counted twice', async () => {
  const jobs = t.manager({ timing: { upkeep: 100 } })
  await jobs.migrate()
  await t.sql(`insert into factotum_jobs.tally (at, queue, finished, failed) values
    (date_trunc('minute', now()) - interval '4 minutes', 'a', 3, 1), (date_trunc('minute', now()) - interval '4 minutes', 'b', 4, 0),
    (date_trunc('minute', now()) - interval '4 minutes', 'b', 1, 0), (now(), 'a', 4, 0)`)
  await t.worker(jobs)
  await until(async () => (await t.sql('select from factotum_jobs.minute')).length === 2)
  expect(await t.sql('select finished from factotum_jobs.tally')).toEqual([{ finished: 4 }])
  const minutes = await jobs.throughput(6)
  expect(minutes.map(({ finished }) => finished).reduce((a, b) => a + b)).toBe(12)
  expect(await jobs.ended(new Date(0))).toMatchObject({ finished: 12, failed: 1 })
})

test('health tells the wait, the workers, and what is wrong', async () => {
  const jobs = t.manager()
  await jobs.define('note').delayUntil(new Date(Date.now() - 30_000))
  const health = await jobs.health()
  expect(health).toMatchObject({ ok: true, workers: 0, deadWorkers: 0, problems: [] })
  expect(health.oldestWaiting).toBeGreaterThanOrEqual(30)
  expect(health.database).toBeGreaterThan(0)
  await t.sql(
    `insert into factotum_jobs.worker (name, concurrency, queues, names, beaten_at) values ('gone', 1, '{a}', '{}', now() - interval '1 minute')`,
  )
  expect(await jobs.health()).toMatchObject({
    ok: false,
    deadWorkers: 1,
    problems: [expect.stringContaining('1 worker(s) stopped beating')],
  })
})

test('events, hooks and metrics tell what this process does', async () => {
  const jobs = t.manager()
  const told: string[] = []
  for (const event of ['started', 'finished', 'failed', 'retrying', 'canceled'] as const) {
    jobs.on(event, ({ name }) => told.push(`${event} ${name}`))
  }
  jobs.on('finished', () => {
    throw new Error('a listener that fails harms nobody')
  })
  jobs.use({
    async enqueue(call, next) {
      told.push(`> enqueue ${call.name} ${call.count}`)
      const answer = await next()
      told.push(`< enqueue ${call.name}`)
      return answer
    },
    async run(call, next) {
      told.push(`> run ${call.name} ${call.attempt}`)
      try {
        return await next()
      } finally {
        told.push(`< run ${call.name}`)
      }
    },
  })
  const good = jobs.job('good', async () => 1)
  let failed = false
  const flaky = jobs.job(
    'flaky',
    async () => {
      if (failed) return
      failed = true
      throw new Error('no')
    },
    { retries: 1, backoff: 'fixed', backoffDelay: 5 },
  )
  await t.worker(jobs)
  await (await good.delay()).result()
  await until(() => told.includes('finished good'))
  await (await flaky.delay()).result()
  await until(() => told.includes('finished flaky'))
  await (await good.delayIn('1h')).cancel()
  expect(told).toEqual(['> enqueue good 1', expect.any(String), ...told.slice(2)])
  expect(told.filter((line) => line.endsWith('good'))).toEqual(
    expect.arrayContaining([
      '< enqueue good',
      'started good',
      '< run good',
      'finished good',
      'canceled good',
    ]),
  )
  expect(told.filter((line) => line.includes('flaky') && !line.includes('enqueue'))).toEqual([
    'started flaky',
    '> run flaky 1',
    '< run flaky',
    'retrying flaky',
    'started flaky',
    '> run flaky 2',
    '< run flaky',
    'finished flaky',
  ])
  expect(jobs.metrics()).toMatchObject({
    enqueued: 3,
    started: 3,
    finished: 2,
    failed: 0,
    retried: 1,
    canceled: 1,
    running: 0,
  })
})

describe('What a hook gives to a job on its way', () => {
  test('comes with each of its runs, also when a failed one is retried by hand', async () => {
    const jobs = t.manager()
    const seen: unknown[] = []
    jobs.use({
      enqueue(call, next) {
        call.context = `for ${call.name}`
        return next()
      },
      run({ name, attempt, context }, next) {
        seen.push([name, attempt, context])
        return next()
      },
    })
    const large = 'x'.repeat(10_000)
    const plain = jobs.job('plain', async (_text: string) => {}, { backoffDelay: 5 })
    let broken = true
    const bad = jobs.job(
      'bad',
      async () => {
        if (broken) throw new Error('no')
      },
      { retries: 1, backoffDelay: 1 },
    )
    await t.worker(jobs)
    const handles = [
      await plain.delay('a'),
      await plain.delayIn(1, 'b'),
      await plain.with({ timeout: '1m', uniqueKey: 'one' }).delay('c'),
      await plain.with({ client: t.pool }).delay('d'),
      ...(await plain.delayMany([['e'], [large]])),
    ]
    await Promise.all(handles.map((handle) => handle.result()))
    expect(seen).toEqual(handles.map(() => ['plain', 1, 'for plain']))
    seen.length = 0
    const failing = await bad.delay()
    await expect(failing.result()).rejects.toThrow('no')
    broken = false
    await jobs.retry(failing.id)
    await failing.result()
    expect(seen).toEqual([1, 2, 1].map((attempt) => ['bad', attempt, 'for bad']))
  })

  test('comes with the jobs of a schedule, given when it fires', async () => {
    const jobs = t.manager()
    const seen: unknown[] = []
    let given: string | null = null
    jobs.use({
      enqueue(call, next) {
        call.context = given
        return next()
      },
      run({ context }, next) {
        seen.push(context)
        return next()
      },
    })
    const tick = jobs.job('tick', async () => {})
    const name = await tick.scheduleCron('@daily')
    await t.worker(jobs)
    given = 'the fire'
    await (await jobs.runSchedule(name)).result()
    given = null
    await (await jobs.runSchedule(name)).result()
    expect(seen).toEqual(['the fire', null])
  })

  test('is refused where it can not be stored, and then nothing is', async () => {
    const jobs = t.manager()
    const refused = ['', 'x'.repeat(1_001), 'a\u0000b']
    jobs.use({
      enqueue(call, next) {
        call.context = refused[0] ?? null
        return next()
      },
    })
    const plain = jobs.define('plain')
    for (const _each of [...refused]) {
      await expect(plain.delay()).rejects.toThrow(JobError.Invalid)
      await expect(plain.delayMany([[]])).rejects.toThrow('context that a hook gives to a job must be text')
      refused.shift()
    }
    await plain.delay()
    expect((await jobs.count({ name: 'plain' })).count).toBe(1)
  })
})

test('a failure tells where it came from', async () => {
  const jobs = t.manager()
  const told: unknown[] = []
  jobs.on('retrying', ({ error, stack }) => told.push([error, stack?.split('\n')[0]]))
  jobs.on('failed', ({ error, stack }) => told.push([error, stack?.split('\n')[0]]))
  const bad = jobs.job('bad', async () => Promise.reject(new TypeError('no ink')), {
    retries: 1,
    backoffDelay: 1,
  })
  await t.worker(jobs)
  await expect((await bad.delay()).result()).rejects.toThrow('no ink')
  await until(() => told.length === 2)
  expect(told).toEqual([1, 2].map(() => ['TypeError: no ink', 'TypeError: no ink']))
})
