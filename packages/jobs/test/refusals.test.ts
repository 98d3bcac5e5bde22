import { afterEach, describe, expect, test } from 'vitest'
import type { JobCalls } from '../src/definition.ts'
import { JobError } from '../src/errors.ts'
import type { JobManager } from '../src/job-manager.ts'
import { setting } from './setting.ts'

const t = setting()

/** What a program without types could give. */
function anything<T>(value: unknown): T
function anything(value: unknown): unknown {
  return value
}

type Calls = ReturnType<typeof callsOf>
const callsOf = (jobs: JobManager, name = 'note') => jobs.define<[value?: unknown, other?: unknown]>(name)

/** Calls, and answers what the promise was rejected with. @throws whatever the call itself throws */
async function refusalOf(call: () => unknown): Promise<unknown> {
  const answer = call()
  expect(answer).toBeInstanceOf(Promise)
  return Promise.resolve(answer).then(
    (value) => expect.unreachable(`It was not refused, but answered ${JSON.stringify(value)}.`),
    (error: unknown) => error,
  )
}

const ways: [
  way: string,
  call: (job: JobCalls<[value?: unknown, other?: unknown], unknown>, value: unknown) => unknown,
][] = [
  ['delay', (job, value) => job.delay(value)],
  ['delayIn', (job, value) => job.delayIn('1h', value)],
  ['delayUntil', (job, value) => job.delayUntil(new Date(), value)],
  ['delayMany', (job, value) => job.delayMany([['good'], [value]])],
  ['scheduleCron', (job, value) => job.scheduleCron('0 0 * * *', value)],
]

function cyclic(): unknown {
  const inner: { list: unknown[] } = { list: [] }
  inner.list.push({ inner })
  return inner
}

function deep(levels: number): unknown {
  let value: unknown = null
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

const badArguments: [what: string, value: unknown, sentence: string][] = [
  ['NUL in text', 'a\0b', 'NUL'],
  ['NUL in a key', { 'a\0': 1 }, 'NUL'],
  ['half a surrogate pair', ['\ud800'], 'surrogate'],
  ['a value that holds itself', cyclic(), 'holds itself'],
  ['undefined in a list', [1, undefined], 'args[0][1] is undefined'],
  ['a hole in a list', new Array(2), 'args[0][0] is undefined'],
  ['a function', { fn: () => {} }, 'args[0].fn is a function'],
  ['a symbol', Symbol('s'), 'args[0] is a symbol'],
  ['a bigint', 1n, 'args[0] is a bigint'],
  ['a number that is none', { n: Number.NaN }, 'args[0].n is NaN'],
  ['a Date', new Date(), 'args[0] is a Date'],
  ['a Map', new Map(), 'args[0] is a Map'],
  ['too many levels', deep(100_000), 'levels deep'],
  ['too much', 'x'.repeat(1_100_000), 'at most 1,048,576 are allowed'],
]

const badOptions: [what: string, options: unknown, sentence: string][] = [
  ['that does not exist', { priorty: 1 }, 'Did you mean "priority"?'],
  ['of another type', { queue: 7 }, 'The queue'],
  ['beyond its limits', { retries: -1 }, 'The retries'],
  ['that is no client', { client: {} }, 'The client'],
  ['that is no text to be stored', { correlationId: '\0' }, 'The correlationId'],
  ['null', null, 'must be an object'],
  ['a text', 'fast', 'must be an object'],
  ['a function', () => {}, 'must be an object'],
]

describe.each(ways)('%s rejects, and never throws', (way, call) => {
  afterEach(async () => {
    expect(await t.sql('select from factotum_jobs.job')).toEqual([])
    expect(await t.sql('select from factotum_jobs.schedule')).toEqual([])
  })

  test.each(badArguments)('%s among its arguments', async (_what, value, sentence) => {
    const error = await refusalOf(() => call(callsOf(t.manager()), value))
    expect(error).toBeInstanceOf(JobError.Invalid)
    expect(String(error)).toContain(sentence)
  })

  test.each(badOptions)('an option %s', async (_what, options, sentence) => {
    const job = callsOf(t.manager())
    const error = await refusalOf(() => call(job.with(anything(options)), 'good'))
    expect(error).toBeInstanceOf(JobError.Invalid)
    expect(String(error)).toContain(sentence)
  })

  test('what comes after close()', async () => {
    const jobs = t.manager()
    const job = callsOf(jobs)
    await jobs.close()
    expect(await refusalOf(() => call(job, 'good'))).toBeInstanceOf(JobError.Closed)
    expect(await refusalOf(() => call(job.with({ client: t.pool }), 'good'))).toBeInstanceOf(JobError.Closed)
  })

  test('an argument whose reading throws', async () => {
    const trap = {
      get path() {
        throw new RangeError('a trap')
      },
    }
    expect(await refusalOf(() => call(callsOf(t.manager()), trap))).toEqual(new RangeError('a trap'))
  })

  test('a hook that throws', async () => {
    const jobs = t.manager().use({
      enqueue: () => {
        throw new RangeError('a hook')
      },
    })
    // A schedule enqueues nothing yet.
    if (way === 'scheduleCron') return
    expect(await refusalOf(() => call(callsOf(jobs), 'good'))).toEqual(new RangeError('a hook'))
  })

  test('a database that is not there', async () => {
    const jobs = t.manager({ connectionString: 'postgres://nobody@127.0.0.1:1/none' })
    expect(await refusalOf(() => call(callsOf(jobs), 'good'))).toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('so do times that can not be read', () => {
  test.each<[string, (job: Calls) => unknown]>([
    ['delayIn', (job) => job.delayIn(anything(undefined))],
    ['delayIn', (job) => job.delayIn(anything(Symbol('s')))],
    ['delayIn', (job) => job.delayIn({})],
    ['delayIn', (job) => job.delayIn({ hours: -1 })],
    ['delayIn', (job) => job.delayIn('36526d')],
    ['delayUntil', (job) => job.delayUntil(anything('2027-01-01'))],
    ['delayUntil', (job) => job.delayUntil(anything(null))],
    ['delayUntil', (job) => job.delayUntil(new Date(8.64e15))],
    ['delayMany', (job) => job.delayMany(anything(null))],
    ['delayMany', (job) => job.delayMany(anything(['a']))],
    ['delayMany', (job) => job.delayMany(new Array(1))],
    ['delayMany', (job) => job.delayMany(anything({ length: 1 }))],
    ['scheduleCron', (job) => job.scheduleCron('every noon')],
    ['scheduleCron', (job) => job.scheduleCron('0 0 31 2 *')],
    ['scheduleCron', (job) => job.scheduleCron(anything(null))],
    ['scheduleCron', (job) => job.scheduleCron(anything({ corn: '* * * * *' }))],
    ['scheduleCron', (job) => job.scheduleCron({ cron: '* * * * *', timeZone: 'Mars/Olympus' })],
  ])('%s', async (_way, call) => {
    const error = await refusalOf(() => call(callsOf(t.manager())))
    expect(error).toBeInstanceOf(JobError.Invalid)
    expect(await t.sql('select from factotum_jobs.job')).toEqual([])
  })
})

describe("a manager's questions and orders reject, and never throw", () => {
  const verbs: [verb: string, call: (jobs: JobManager, value: unknown) => unknown][] = [
    ['cancel', (jobs, value) => jobs.cancel(anything(value))],
    ['retry', (jobs, value) => jobs.retry(anything(value))],
    ['list', (jobs, value) => jobs.list(anything({ state: value }))],
    ['list', (jobs, value) => jobs.list({}, anything({ limit: String(value) }))],
    ['list', (jobs, value) => jobs.list({}, anything({ before: value }))],
    ['queueInfo', (jobs, value) => jobs.queueInfo('default', anything({ limit: String(value) }))],
    ['pause', (jobs, value) => jobs.pause(anything(value))],
    ['resume', (jobs, value) => jobs.resume(anything(value))],
    ['unschedule', (jobs, value) => jobs.unschedule(anything(value))],
    ['runSchedule', (jobs, value) => jobs.runSchedule(anything(value))],
    ['pauseSchedule', (jobs, value) => jobs.pauseSchedule(anything(value))],
    ['resumeSchedule', (jobs, value) => jobs.resumeSchedule(anything(value))],
    ['putSchedule', (jobs, value) => jobs.putSchedule('nightly', anything(value))],
  ]
  test.each(verbs)('%s', async (_verb, call) => {
    for (const value of [null, 7, {}, '\0', Symbol('s')]) {
      const error = await refusalOf(() => call(t.manager(), value))
      expect(error).toBeInstanceOf(JobError)
    }
  })

  test('setLimits', async () => {
    for (const value of [undefined, 7, {}, [], 'none', Symbol('s'), { perKey: 7 }]) {
      const error = await refusalOf(() => t.manager().setLimits('mail', anything(value)))
      expect(error).toBeInstanceOf(JobError.Invalid)
    }
    await expect(t.manager().setLimits('mail', anything(undefined))).rejects.toThrow(
      'The limits of queue "mail" must be an object such as { running: 5 }, or null for none; it is undefined.',
    )
  })

  test.each<[string, (jobs: JobManager) => unknown]>([
    ['status', (jobs) => jobs.status('1')],
    ['get', (jobs) => jobs.get('1')],
    ['cancel', (jobs) => jobs.cancel('1')],
    ['retry', (jobs) => jobs.retry('1')],
    ['list', (jobs) => jobs.list()],
    ['queues', (jobs) => jobs.queues()],
    ['queueInfo', (jobs) => jobs.queueInfo('default')],
    ['pause', (jobs) => jobs.pause('default')],
    ['resume', (jobs) => jobs.resume('default')],
    ['workers', (jobs) => jobs.workers()],
    ['schedules', (jobs) => jobs.schedules()],
    ['follow', (jobs) => jobs.follow(['1'])],
    ['takeChanges', (jobs) => jobs.takeChanges(t.pool, 1)],
    ['throughput', (jobs) => jobs.throughput(1)],
    ['ended', (jobs) => jobs.ended(new Date())],
    ['migrate', (jobs) => jobs.migrate()],
    ['worker().start', (jobs) => jobs.worker().start()],
    ['scheduler().start', (jobs) => jobs.scheduler().start()],
  ])('%s after close()', async (_verb, call) => {
    const jobs = t.manager()
    await jobs.close()
    expect(await refusalOf(() => call(jobs))).toBeInstanceOf(JobError.Closed)
  })
})
