import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { alarmSeverities, alarmsOf, type Figures, type JobAlarmCode } from '../src/alarms.ts'
import { JobError } from '../src/errors.ts'
import { type HealthLimits, limitsOf } from '../src/health-limits.ts'
import type { JobManager } from '../src/job-manager.ts'
import { proxies } from './proxy.ts'
import { begun, fast, gate, said, setting, until } from './setting.ts'

const t = setting()
const proxy = proxies(() => t.url)

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

/** Resolves with the alarm once it is given. */
const alarm = (jobs: JobManager, code: JobAlarmCode, limits?: HealthLimits) =>
  until(async () => (await jobs.health(limits)).alarms.find((one) => one.code === code))

async function connection(name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: t.url, application_name: name })
  await client.connect()
  return client
}

test('where all is well there is no alarm, and the figures are there', async () => {
  const jobs = t.manager()
  const note = jobs.job('note', async () => 'done')
  await t.worker(jobs)
  await (await note.delay()).result()
  expect(await jobs.health()).toEqual({
    ok: true,
    database: expect.any(Number),
    oldestWaiting: null,
    workers: 1,
    deadWorkers: 0,
    unhandled: [],
    failingSchedules: [],
    table: {
      liveRows: expect.any(Number),
      deadRows: expect.any(Number),
      bytes: expect.any(Number),
      indexBytes: expect.any(Number),
    },
    cleaningHeldBack: null,
    history: { daysAhead: 7, overdue: 0 },
    alarms: [],
    problems: [],
  })
})

describe('a wait', () => {
  test('in a queue that no worker serves is critical, due late ones included; where it is paused it is none', async () => {
    const jobs = t.manager()
    const note = jobs.define('note', { queue: 'a' })
    await note.delayUntil(minutesAgo(3))
    await note.with({ queue: 'b' }).delayIn('1h')
    await t.sql(`update factotum_jobs.job set run_at = now() - interval '5 minutes' where queue = 'b'`)
    expect(await alarm(jobs, 'queue_deserted')).toEqual({
      code: 'queue_deserted',
      severity: 'critical',
      message: 'No live worker serves the queues "b", "a", where the oldest job has waited for 5 min.',
      advice: `Start a worker with queues: ['b','a'], or pause what is not to run.`,
    })
    const health = await jobs.health()
    expect(health.ok).toBe(false)
    expect(health.oldestWaiting).toBeGreaterThanOrEqual(300)
    expect((await jobs.health({ deserted: '10m' })).ok).toBe(true)
    await jobs.pause('a')
    await jobs.pause('b')
    expect((await jobs.health()).ok).toBe(true)
  })

  test('in a queue whose workers are busy is a warning', async () => {
    const jobs = t.manager()
    const { passed, open } = gate()
    const long = jobs.job('long', async () => {
      await passed
    })
    await t.worker(jobs, { concurrency: 1 })
    const started = begun(jobs)
    await long.delay()
    await started
    await long.delayUntil(minutesAgo(10))
    expect(await alarm(jobs, 'jobs_waiting')).toMatchObject({
      severity: 'warning',
      message: 'The oldest due job of the queue "default" has waited for 10 min.',
    })
    open()
    await until(async () => (await jobs.health()).ok)
  })

  test('for a handler that no live worker has names the job', async () => {
    const jobs = t.manager()
    jobs.job('note', async () => {})
    await t.worker(jobs)
    const strange = jobs.define('strange')
    await strange.delayMany([[], [], []])
    expect((await alarm(jobs, 'jobs_unhandled')).message).toBe(
      'No live worker has a handler for the jobs "strange" (3 in the queue "default").',
    )
    strange.handle(async () => null)
    await until(async () => (await jobs.health()).ok)
  })
})

test('workers that died are counted until others have taken their jobs', async () => {
  const child = await t.child('worker-process.ts', JSON.stringify(fast))
  await said(child, 'ready')
  const jobs = t.manager({ timing: fast })
  expect((await jobs.health()).workers).toBe(1)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
  // As 20 s later: nobody was there to bury it.
  await t.sql(`update factotum_jobs.worker set beaten_at = now() - interval '20 seconds'`)
  expect(await alarm(jobs, 'workers_dead')).toMatchObject({ severity: 'warning' })
  jobs.job('note', async () => {})
  await t.worker(jobs)
  await until(async () => (await jobs.health()).ok)
})

describe('the connection that listens', () => {
  test('and hears nothing', async () => {
    const way = await proxy({ deaf: true })
    const jobs = t.manager({ connectionString: way.url, timing: { listen: 300 } })
    jobs.on('error', () => {})
    jobs.job('note', async () => {})
    await t.worker(jobs)
    expect((await alarm(jobs, 'listen_deaf')).message).toContain('PgBouncer in transaction mode')
  })

  test('and is not there, told while the rest of the figures are missing too', async () => {
    const jobs = t.manager({ timing: { listen: 300 } })
    jobs.on('error', () => {})
    jobs.job('note', async () => {})
    await t.worker(jobs)
    await until(async () => (await jobs.health()).ok)
    const name = new URL(t.url).pathname.slice(1)
    const other = new pg.Client({ connectionString: t.url.replace(name, 'postgres') })
    await other.connect()
    try {
      await other.query(`alter database ${name} with allow_connections false`)
      await other.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and query in ('select', $2)`,
        [name, 'listen """factotum_jobs"""'],
      )
      expect((await alarm(jobs, 'listen_down')).advice).toContain('jobs start up to 5 s late')
    } finally {
      await other.query(`alter database ${name} with allow_connections true`)
      await other.end()
    }
    await until(async () => (await jobs.health()).ok)
  })
})

describe('schedules', () => {
  test('whose fires nobody makes', async () => {
    const jobs = t.manager()
    const note = jobs.define('note')
    await note.scheduleCron({ cron: '@daily', name: 'nightly' })
    expect((await jobs.health()).ok).toBe(true)
    await t.sql(`update factotum_jobs.schedule set next_at = now() - interval '3 hours'`)
    const health = await jobs.health()
    expect(health.alarms).toMatchObject([
      {
        code: 'schedules_late',
        severity: 'critical',
        message: 'Nobody made the fires of the schedule "nightly", due up to 3 h ago.',
      },
    ])
    expect(health.failingSchedules).toEqual([{ name: 'nightly', late: expect.any(Number), failedJob: null }])
    await jobs.unschedule('nightly')
  })

  test('whose last job failed', async () => {
    const jobs = t.manager()
    const bad = jobs.job('bad', async () => Promise.reject(new Error('no')), { retries: 0 })
    await bad.scheduleCron({ cron: '* * * * * *', name: 'often' })
    await t.worker(jobs)
    const scheduler = jobs.scheduler()
    await scheduler.start()
    const { message } = await alarm(jobs, 'schedules_failing')
    expect(message).toMatch(/^The last job of the schedule "often" \(job \d+\) failed\.$/)
    await scheduler.stop()
    await jobs.unschedule('often')
  })
})

describe('what holds back cleaning', () => {
  const limits = { transaction: 1 }

  test('is a transaction that its program left open', async () => {
    const jobs = t.manager()
    await jobs.migrate()
    const client = await connection('forgetful')
    try {
      await client.query('begin isolation level repeatable read')
      await client.query('select from factotum_jobs.job')
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
      const pid = rows[0]?.pid
      expect(await alarm(jobs, 'cleaning_held_back', limits)).toMatchObject({
        severity: 'warning',
        message: expect.stringMatching(
          `A transaction of forgetful \\(process ${pid}\\) has kept the database from cleaning up for .*; it waits for its program.`,
        ),
        advice: expect.stringContaining(`pg_terminate_backend(${pid})`),
      })
      const health = await jobs.health()
      expect(health.ok).toBe(true)
      expect(health.cleaningHeldBack).toMatchObject({ kind: 'transaction', pid, application: 'forgetful' })
    } finally {
      await client.end()
    }
    await until(async () => (await jobs.health()).cleaningHeldBack === null)
  })

  test('is one that waits for a lock, with who has it', async () => {
    const jobs = t.manager()
    await jobs.migrate()
    const [waiter, holder] = [await connection('waiter'), await connection('holder')]
    try {
      await waiter.query('begin isolation level repeatable read')
      await waiter.query('select 1')
      await holder.query('begin')
      await holder.query('lock table factotum_jobs.minute')
      const { rows } = await holder.query<{ pid: number }>('select pg_backend_pid() as pid')
      const waiting = waiter.query('select from factotum_jobs.minute')
      await until(async () => (await jobs.health()).cleaningHeldBack?.waitsFor?.startsWith('a lock'))
      expect((await jobs.health()).cleaningHeldBack).toMatchObject({
        application: 'waiter',
        waitsFor: `a lock (relation) that process ${rows[0]?.pid} holds`,
      })
      await holder.query('rollback')
      await waiting
    } finally {
      await Promise.all([waiter.end(), holder.end()])
    }
  })

  test('is a prepared transaction', async () => {
    const jobs = t.manager()
    await jobs.migrate()
    const client = await connection('two phases')
    const name = `half ${new URL(t.url).pathname}`
    await client.query('begin')
    await client.query('select pg_current_xact_id()')
    await client.query(`prepare transaction '${name}'`)
    await client.end()
    try {
      const { message, advice } = await alarm(jobs, 'cleaning_held_back', limits)
      expect(message).toContain(`The prepared transaction "${name}" has kept the database from cleaning up`)
      expect(advice).toContain(`rollback prepared '${name}'`)
    } finally {
      await t.sql(`rollback prepared '${name}'`)
    }
  })

  test('is a replication slot whose standby has gone', () => {
    const holder = {
      kind: 'slot' as const,
      pid: null,
      application: 'standby_2',
      seconds: null,
      waitsFor: 'a standby that is not connected',
    }
    const codes = (transactions: number) =>
      alarmsOf({ ...well, cleaningHeldBack: { ...holder, transactions } }, limitsOf({}))
    expect(codes(999_999)).toEqual([])
    expect(codes(2_000_000)).toMatchObject([
      {
        message:
          'The replication slot "standby_2" has kept the database from cleaning up for 2000000 transactions; it waits for a standby that is not connected.',
        advice: expect.stringContaining(`pg_drop_replication_slot('standby_2')`),
      },
    ])
  })
})

test('dead rows and indexes out of proportion', async () => {
  const jobs = t.manager()
  await jobs.define('note').delayMany(Array.from({ length: 300 }, () => [] as []))
  // A connection tells its statistics when it ends, not some seconds later: in every version.
  const counted = async (statement: string) => {
    const client = await connection('counted')
    await client.query(statement).finally(() => client.end())
  }
  await counted('delete from factotum_jobs.job')
  expect((await alarm(jobs, 'dead_rows', { deadRows: 100 })).message).toMatch(
    /has \d{3,} dead rows beside \d+ live ones/,
  )
  await counted('truncate factotum_jobs.job')
  const bloated = await alarm(jobs, 'indexes_bloated', { indexBytes: 1 })
  expect(bloated.advice).toContain('reindex table concurrently')
  expect((await jobs.health()).ok).toBe(true)
})

test('partitions that nobody made, and that nobody dropped', async () => {
  const jobs = t.manager()
  await jobs.migrate()
  const day = (days: number) =>
    new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
  for (let days = 2; days <= 7; days++) await t.sql(`drop table factotum_jobs.done_${day(days)}`)
  expect((await jobs.health()).history).toEqual({ daysAhead: 1, overdue: 0 })
  expect((await alarm(jobs, 'partitions_missing')).message).toContain('for 1 day(s) to come')
  await t.sql(
    `create table factotum_jobs.done_20200101 partition of factotum_jobs.done for values from ('2020-01-01 00:00+00') to ('2020-01-02 00:00+00')`,
  )
  expect((await alarm(jobs, 'history_overdue')).message).toContain('1 partition(s) of history')
  const working = t.manager({ timing: { upkeep: 50 } })
  await t.worker(working)
  await until(async () => (await working.health()).ok)
})

test('a database user without rights gets the figures that it may see', async () => {
  const role = `reader_${new URL(t.url).pathname.slice(1)}`
  await t.manager().migrate()
  await t.sql(`create role ${role} login`)
  await t.sql(`grant usage on schema factotum_jobs to ${role}`)
  await t.sql(`grant select on factotum_jobs.migration, factotum_jobs.worker to ${role}`)
  const client = await connection('private')
  try {
    await client.query('begin isolation level repeatable read')
    await client.query('select from factotum_jobs.job')
    const url = new URL(t.url)
    url.searchParams.set('options', `-c role=${role}`)
    const jobs = t.manager({ connectionString: url.href, migrate: false })
    const health = await jobs.health({ transaction: 1 })
    expect(health).toMatchObject({
      ok: true,
      workers: 0,
      oldestWaiting: null,
      cleaningHeldBack: null,
      history: { daysAhead: 7 },
    })
    await jobs.close()
  } finally {
    await client.end()
    await t.sql(`drop owned by ${role}`)
    await t.sql(`drop role ${role}`)
  }
})

test('docs/reference/health.md has every alarm, as it is', () => {
  const docs = readFileSync(new URL('../../../docs/reference/health.md', import.meta.url), 'utf8')
  const documented = [...docs.matchAll(/^\| `(\w+)` \| (critical|warning) \|/gm)].map(
    ([, code, severity]) => [code, severity],
  )
  expect(documented).toEqual(Object.entries(alarmSeverities))
})

test('limits that are none are refused', async () => {
  const jobs = t.manager()
  const wrong: object = { wating: '1m' }
  await expect(jobs.health(wrong)).rejects.toThrow('Did you mean "waiting"?')
  await expect(jobs.health({ deadRows: 0 })).rejects.toThrow(JobError.Invalid)
})

const well: Figures = {
  workers: 1,
  deadWorkers: 0,
  listen: null,
  waiting: [],
  unhandled: [],
  failingSchedules: [],
  table: { liveRows: 0, deadRows: 0, bytes: 0, indexBytes: 0 },
  cleaningHeldBack: null,
  history: { daysAhead: 7, overdue: 0 },
}

test('whatever the figures, each code comes once, the critical ones first, in whole sentences', () => {
  const count = fc.nat(10_000_000_000)
  const name = fc.string({ minLength: 1, maxLength: 20 })
  const seconds = fc.double({ min: 0, max: 1e7, noNaN: true })
  const figures: fc.Arbitrary<Figures> = fc.record({
    workers: count,
    deadWorkers: fc.nat(3),
    listen: fc.constantFrom(null, { kind: 'down' as const, message: 'It is down.', advice: 'Wait.' }),
    waiting: fc.array(fc.record({ queue: name, seconds, served: fc.boolean() })),
    unhandled: fc.array(fc.record({ queue: name, name, jobs: count })),
    failingSchedules: fc.array(
      fc.record({ name, late: fc.option(seconds), failedJob: fc.option(fc.constant('7')) }),
    ),
    table: fc.option(fc.record({ liveRows: count, deadRows: count, bytes: count, indexBytes: count })),
    cleaningHeldBack: fc.option(
      fc.record({
        kind: fc.constantFrom('transaction', 'prepared', 'slot'),
        pid: fc.option(fc.nat()),
        application: name,
        seconds: fc.option(seconds),
        transactions: count,
        waitsFor: fc.option(name),
      }),
    ),
    history: fc.option(fc.record({ daysAhead: fc.nat(7), overdue: fc.nat(3) })),
  })
  fc.assert(
    fc.property(figures, (some) => {
      const alarms = alarmsOf(some, limitsOf({}))
      const codes = alarms.map(({ code }) => code)
      expect(new Set(codes).size).toBe(codes.length)
      const severities = alarms.map(({ severity }) => severity)
      expect(severities).toEqual(severities.toSorted())
      for (const { code, severity, message, advice } of alarms) {
        expect(severity).toBe(alarmSeverities[code])
        expect(message).toMatch(/^[A-Z0-9].*\.$/s)
        expect(advice).toMatch(/^[A-Z].*\.$/s)
        expect(message).not.toContain('NaN')
      }
    }),
  )
  expect(alarmsOf(well, limitsOf({}))).toEqual([])
})
