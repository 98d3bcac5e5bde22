import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type TestDatabase, testDatabase } from '@factotum/postgres/testing'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { JobError } from '../src/errors.ts'
import { JobManager } from '../src/job-manager.ts'

let database: TestDatabase
let pool: pg.Pool
const managers: JobManager[] = []
const stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  database = await testDatabase('jobs', async (url) => {
    const jobs = new JobManager({ connectionString: url })
    await jobs.migrate()
    await jobs.close()
  })
  pool = new pg.Pool({ connectionString: database.url, max: 2 })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})
beforeEach(async () => {
  await pool.query('truncate factotum_jobs.schedule, factotum_jobs.job')
})
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
  for (const jobs of managers.splice(0)) await jobs.close()
})

function manager(timeZone = 'UTC'): JobManager {
  const jobs = new JobManager({ connectionString: database.url, timeZone })
  managers.push(jobs)
  return jobs
}

async function startScheduler(jobs: JobManager) {
  const scheduler = jobs.scheduler()
  stops.push(() => scheduler.stop())
  await scheduler.start()
  return scheduler
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** The times for which jobs were enqueued, in seconds since 1970, in order. */
async function firedFor(name: string): Promise<number[]> {
  const { rows } = await pool.query<{ second: string }>(
    'select extract(epoch from run_at)::bigint as second from factotum_jobs.job where name = $1 order by run_at',
    [name],
  )
  return rows.map(({ second }) => Number(second))
}

/** As if no scheduler had been up for so long. */
async function missFor(interval: string): Promise<void> {
  await pool.query('update factotum_jobs.schedule set next_at = next_at - $1::interval', [interval])
}

/** Without a worker its jobs never end. */
const everySecond = { cron: '* * * * * *', overlap: 'allow' } as const

describe('registering', () => {
  test('twice is one schedule; other arguments, times or zones make another', async () => {
    const jobs = manager()
    const report = jobs.define<[file: string], void>('report')
    const name = await report.scheduleCron('0 0 * * *', 'a.csv')
    expect(await report.scheduleCron(' 0  0 * * * ', 'a.csv')).toBe(name)
    expect(await jobs.schedules()).toHaveLength(1)
    await report.scheduleCron('0 0 * * *', 'b.csv')
    await report.scheduleCron('0 1 * * *', 'a.csv')
    await report.scheduleCron({ cron: '0 0 * * *', timeZone: 'Asia/Tokyo' }, 'a.csv')
    expect(await jobs.schedules()).toHaveLength(4)
  })

  test("stores the rule, in the manager's zone unless told otherwise", async () => {
    const jobs = manager('America/Denver')
    const report = jobs.define<[file: string], void>('report', { queue: 'slow' })
    await report.scheduleCron({ cron: '0 15 * * 1', name: 'weekly', missed: 'all', window: '2h' }, 'a.csv')
    const [schedule] = await jobs.schedules()
    expect(schedule).toMatchObject({
      name: 'weekly',
      job: 'report',
      queue: 'slow',
      args: ['a.csv'],
      cron: '0 15 * * 1',
      timeZone: 'America/Denver',
      missed: 'all',
      window: 7_200_000,
      overlap: 'skip',
      paused: false,
      lastRun: null,
      missedRuns: 0,
      skippedRuns: 0,
    })
    const local = schedule?.nextAt?.toLocaleString('en', {
      timeZone: 'America/Denver',
      weekday: 'long',
      hour: 'numeric',
      minute: '2-digit',
    })
    expect(local).toBe('Monday 3:00 PM')
  })

  test('again under a name replaces it; what it missed is still owed unless its times changed', async () => {
    const jobs = manager()
    const report = jobs.define<[file: string], void>('report')
    await report.scheduleCron({ cron: '@daily', name: 'nightly' }, 'a.csv')
    await missFor('3 days')
    const [missed] = await jobs.schedules()
    await report.scheduleCron({ cron: '@daily', name: 'nightly', missed: 'skip' }, 'b.csv')
    expect(await jobs.schedules()).toMatchObject([
      { args: ['b.csv'], missed: 'skip', nextAt: missed?.nextAt },
    ])
    await report.scheduleCron({ cron: '@hourly', name: 'nightly' }, 'b.csv')
    const [changed] = await jobs.schedules()
    expect(changed?.nextAt?.getTime()).toBeGreaterThan(Date.now() - 60_000)
  })

  test("in a caller's transaction holds only if that commits", async () => {
    const jobs = manager()
    const report = jobs.define('report')
    const client = await pool.connect()
    await client.query('begin')
    await report.with({ client }).scheduleCron('@daily')
    await client.query('rollback')
    client.release()
    expect(await jobs.schedules()).toEqual([])
  })

  test.each<[object | string, string]>([
    ['0 0 30 2 *', 'The cron "0 0 30 2 *" never fires'],
    ['61 * * * *', `The cron "61 * * * *" can't be read`],
    [
      { cron: '@daily', timezone: 'UTC' },
      'There is no option "timezone" of a schedule of job "report". Did you mean "timeZone"?',
    ],
    [{ cron: '@daily', timeZone: 'Mars/Olympus' }, 'The time zone "Mars/Olympus" is unknown.'],
    [{ cron: '@daily', missed: 'always' }, 'must be one of "skip", "once", "all"; it is "always".'],
    [{ cron: '@daily', window: '1h' }, "goes with missed: 'all' only; missed is 'once'."],
    [{ cron: '@daily', overlap: 'alow' }, 'Did you mean "allow"?'],
    [{ cron: '@daily', overlap: 'cancelPrevious', missed: 'all' }, "can't have overlap: 'cancelPrevious'"],
    [{ cron: '@daily', name: '' }, 'must be text of 1 to 200 characters'],
    [{}, "can't be read"],
  ])('%o is refused by a rejected promise', async (spec, sentence) => {
    const report = manager().define('report')
    const answer = report.scheduleCron(spec as string)
    await expect(answer).rejects.toThrow(JobError.Invalid)
    await expect(answer).rejects.toThrow(sentence)
  })

  test('arguments that are not JSON are refused', async () => {
    const report = manager().define<[at: unknown], void>('report')
    await expect(report.scheduleCron('@daily', new Date())).rejects.toThrow('args[0] is a Date')
  })

  test("a manager's zone is checked", () => {
    expect(() => new JobManager({ connectionString: database.url, timeZone: 'Mars/Olympus' })).toThrow(
      JobError.Invalid,
    )
  })
})

describe('a fire', () => {
  test('runs the job with its arguments, and tells it the time it was scheduled for', async () => {
    const jobs = manager()
    const seen: [string, Date][] = []
    const tick = jobs.job('tick', async (word: string) => void seen.push([word, currentJob().scheduledFor]))
    await tick.scheduleCron(everySecond, 'tock')
    const worker = jobs.worker()
    stops.push(() => worker.stop())
    await worker.start()
    await startScheduler(jobs)
    await until(() => seen.length >= 3)
    expect(seen.every(([word]) => word === 'tock')).toBe(true)
    const times = seen.slice(0, 3).map(([, at]) => at.getTime())
    expect(times.map((at) => at % 1000)).toEqual([0, 0, 0])
    expect(times[2]).toBe((times[0] ?? 0) + 2000)
    const [schedule] = await jobs.schedules()
    expect(schedule?.lastRun?.scheduledFor.getTime()).toBeGreaterThanOrEqual(times[2] ?? 0)
  })

  test('happens once, with two managers that schedule', async () => {
    const [one, two] = [manager(), manager()]
    const both = one.define('both')
    await both.scheduleCron({ ...everySecond, name: 'a' })
    await both.scheduleCron({ ...everySecond, name: 'b' })
    await Promise.all([startScheduler(one), startScheduler(two)])
    await until(async () => (await firedFor('both')).length >= 8)
    const seconds = await firedFor('both')
    const first = seconds[0] ?? 0
    expect(seconds.slice(0, 8)).toEqual([0, 0, 1, 1, 2, 2, 3, 3].map((offset) => first + offset))
  })

  test('happens once, with two processes that schedule, and goes on when one is killed', async () => {
    await manager().define('shared').scheduleCron(everySecond)
    const processes = [await schedulerProcess(), await schedulerProcess()]
    stops.push(async () => processes.map((child) => child.kill('SIGKILL')))
    await until(async () => (await firedFor('shared')).length >= 2)
    processes[0]?.kill('SIGKILL')
    const killedAt = (await firedFor('shared')).length
    await until(async () => (await firedFor('shared')).length >= killedAt + 3)
    const seconds = await firedFor('shared')
    const first = seconds[0] ?? 0
    expect(seconds).toEqual(seconds.map((_, index) => first + index))
    await end(processes)
  })

  test('whose transaction does not commit is made again, and leaves no job behind', async () => {
    const jobs = manager()
    const errors: Error[] = []
    jobs.on('error', (error) => errors.push(error))
    await jobs.define('crash').scheduleCron({ cron: '@daily', name: 'crash' })
    await missFor('1 day')
    await pool.query(`
      create function crash() returns trigger language plpgsql as $$
      begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
      create trigger crash before update on factotum_jobs.schedule for each row execute function crash()`)
    stops.push(() => pool.query('drop function if exists crash cascade'))
    await startScheduler(jobs)
    await until(() => errors.length >= 1)
    expect(await firedFor('crash')).toEqual([])
    await pool.query('drop function crash cascade')
    await until(async () => (await firedFor('crash')).length > 0)
    expect(await firedFor('crash')).toHaveLength(1)
  })

  test('comes also after every connection was lost', async () => {
    const jobs = manager()
    jobs.on('error', () => {})
    await jobs.define('again').scheduleCron(everySecond)
    await startScheduler(jobs)
    await until(async () => (await firedFor('again')).length >= 1)
    await pool.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    const before = (await firedFor('again')).length
    await until(async () => (await firedFor('again')).length >= before + 2)
    const seconds = await firedFor('again')
    expect(new Set(seconds).size).toBe(seconds.length)
  })

  test('comes for a schedule that was stored while the scheduler slept', async () => {
    const jobs = manager()
    await startScheduler(jobs)
    await manager().define('new').scheduleCron(everySecond)
    await until(async () => (await firedFor('new')).length >= 1)
  })

  test('does not wait for a schedule that cannot be read', async () => {
    const jobs = manager()
    const errors: string[] = []
    jobs.on('error', (error) => errors.push(error.message))
    await jobs.define('odd').scheduleCron({ cron: '@daily', name: 'odd' })
    await jobs.define('good').scheduleCron({ ...everySecond, name: 'good' })
    await pool.query(`update factotum_jobs.schedule set time_zone = 'Mars/Olympus' where name = 'odd'`)
    await missFor('1 day')
    await startScheduler(jobs)
    await until(async () => (await firedFor('good')).length >= 2)
    expect(errors).toContain(`This program can't read the schedule "odd".`)
    expect(await firedFor('odd')).toEqual([])
  })

  test('comes no more once the schedule is gone', async () => {
    const jobs = manager()
    const name = await jobs.define('gone').scheduleCron('@daily')
    await missFor('1 day')
    await jobs.unschedule(name)
    await jobs.define('other').scheduleCron('@daily')
    await missFor('1 day')
    await startScheduler(jobs)
    await until(async () => (await firedFor('other')).length === 1)
    expect(await firedFor('gone')).toEqual([])
    await expect(jobs.unschedule(name)).rejects.toThrow(JobError.NotFound)
    await expect(jobs.unschedule(name)).rejects.toThrow(`There is no schedule named "${name}".`)
  })
})

describe('after a time without a scheduler', () => {
  const day = 86_400
  /** Its last fire is about half a day ago: the tests mean the same at any time of day. */
  const hour = (new Date().getUTCHours() + 12) % 24
  const lastFire = () => {
    const today = Math.floor(Date.now() / 1000 / day) * day + hour * 3600
    return today <= Date.now() / 1000 ? today : today - day
  }

  async function firesAfter(options: object, interval: string): Promise<number[]> {
    const jobs = manager()
    await jobs.define('late').scheduleCron({ cron: `0 ${hour} * * *`, ...options })
    await missFor(interval)
    await jobs.define('marker').scheduleCron(everySecond)
    await startScheduler(jobs)
    await until(async () => (await firedFor('marker')).length >= 1)
    return firedFor('late')
  }

  test('one job makes up for all missed runs', async () => {
    expect(await firesAfter({}, '5 days')).toEqual([lastFire()])
  })

  test('or none, if they are to be skipped', async () => {
    expect(await firesAfter({ missed: 'skip' }, '5 days')).toEqual([])
  })

  test('or one for each within the window', async () => {
    const seconds = await firesAfter({ missed: 'all', window: '3d' }, '5 days')
    expect(seconds).toEqual([lastFire() - 2 * day, lastFire() - day, lastFire()])
  })
})

/** A program that does nothing but schedule. */
async function schedulerProcess(): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('scheduler-process.ts', import.meta.url))
  const child = fork(program, [database.url], { execArgv: ['--import', 'tsx'] })
  await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', () => reject(new Error('The scheduler process ended early.')))
  })
  return child
}

async function end(processes: ChildProcess[]): Promise<void> {
  for (const child of processes) {
    child.kill('SIGKILL')
    await until(() => child.exitCode !== null || child.signalCode !== null)
  }
}
