import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { JobError } from '../src/errors.ts'
import { dropHistory, keptDays, type Retention } from '../src/history.ts'
import { JobManager } from '../src/job-manager.ts'
import { makePartitions } from '../src/partitions.ts'
import { setting, until } from './setting.ts'

const t = setting()

const partitions = async (table: string) =>
  (
    await t.sql<{ name: string }>(
      `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = ('factotum_jobs.' || $1)::regclass order by 1`,
      [table],
    )
  ).map(({ name }) => name)

const nameOf = (table: string, daysFromNow: number) =>
  `${table}_${new Date(Date.now() + daysFromNow * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')}`

async function keep(retention?: Retention, patience?: number): Promise<void> {
  const client = await t.pool.connect()
  try {
    await makePartitions(client, '"factotum_jobs"')
  } finally {
    client.release()
  }
  await dropHistory(t.pool, '"factotum_jobs"', keptDays(retention), patience)
}

async function pretend(table: string, daysAgo: number): Promise<string> {
  const name = nameOf(table, -daysAgo)
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
  await t.sql(`create table factotum_jobs.${name} partition of factotum_jobs.${table}
    for values from ('${day(daysAgo)} 00:00+00') to ('${day(daysAgo - 1)} 00:00+00')`)
  return name
}

describe('partitions', () => {
  test('are there for today and seven days ahead', async () => {
    await keep()
    for (const table of ['done', 'failed', 'log']) {
      const names = await partitions(table)
      for (let day = 0; day <= 7; day++) expect(names).toContain(nameOf(table, day))
    }
  })

  test('go past their time: finished ones after 7 days, failed ones after 30, with their large arguments', async () => {
    const gone = [await pretend('done', 9), await pretend('failed', 32)]
    const kept = [await pretend('done', 6), await pretend('failed', 29)]
    await t.sql(
      `insert into factotum_jobs.argument values ('00000000-0000-0000-0000-000000000001', '[]'), ('00000000-0000-0000-0000-000000000002', '[]')`,
    )
    await t.sql(
      `insert into factotum_jobs.done (id, run_at, created_at, ended_at, state, priority, attempts, max_attempts, deaths, queue, name, args_ref)
       values (1, now(), now(), now() - interval '9 days', 10, 0, 1, 1, 0, 'q', 'n', '00000000-0000-0000-0000-000000000001'),
         (2, now(), now(), now() - interval '6 days', 10, 0, 1, 1, 0, 'q', 'n', '00000000-0000-0000-0000-000000000002')`,
    )
    await keep()
    const names = [...(await partitions('done')), ...(await partitions('failed'))]
    for (const name of kept) expect(names).toContain(name)
    for (const name of gone) expect(names).not.toContain(name)
    expect(await t.sql('select to_regclass($1) as there', [`factotum_jobs.${gone[0]}`])).toEqual([
      { there: null },
    ])
    expect(await t.sql(`select right(id::text, 1) as id from factotum_jobs.argument`)).toEqual([{ id: '2' }])
    for (const name of kept) await t.sql(`drop table factotum_jobs.${name}`)
  })

  test('a drop that was cut off after its detaching is finished', async () => {
    const name = await pretend('done', 20)
    await t.sql(`alter table factotum_jobs.done detach partition factotum_jobs.${name}`)
    await keep()
    expect(await t.sql('select to_regclass($1) as there', [`factotum_jobs.${name}`])).toEqual([
      { there: null },
    ])
  })

  test('stay for as long as the retention says, and the log for as long as any job', async () => {
    const kept = [await pretend('done', 3), await pretend('failed', 60), await pretend('log', 61)]
    const gone = [await pretend('done', 4), await pretend('failed', 61), await pretend('log', 62)]
    await keep({ finished: '60h', failed: { days: 60 } })
    const names = [
      ...(await partitions('done')),
      ...(await partitions('failed')),
      ...(await partitions('log')),
    ]
    for (const name of kept) expect(names).toContain(name)
    for (const name of gone) expect(names).not.toContain(name)
    for (const name of kept) await t.sql(`drop table factotum_jobs.${name}`)
  })

  test('a retention that is none is refused', () => {
    const refused = (retention: object) => () => new JobManager({ retention })
    expect(refused({ finshed: '1d' })).toThrow('Did you mean "finished"?')
    expect(refused({ failed: 0 })).toThrow('a duration from 1 ms to 3660 days')
    expect(refused([])).toThrow(JobError.Invalid)
  })

  test('go by the upkeep of a worker, by the retention of its manager', async () => {
    const gone = await pretend('done', 3)
    const jobs = t.manager({ timing: { upkeep: 50 }, retention: { finished: '1d' } })
    await t.worker(jobs)
    await until(async () => !(await partitions('done')).includes(gone))
  })

  test('come and go while a reader holds its snapshot, and no ending waits meanwhile', async () => {
    const jobs = t.manager()
    const note = jobs.job('note', async () => 'done')
    await t.worker(jobs)
    await keep()
    const old = await pretend('done', 20)
    const coming = nameOf('done', 7)
    await t.sql(`drop table factotum_jobs.${coming}`)
    const reader = new pg.Client({ connectionString: t.url })
    await reader.connect()
    try {
      await reader.query('begin isolation level repeatable read')
      await reader.query('select count(*) from factotum_jobs.done')
      // Not before the reader has gone, which is not while we wait for this.
      const keeping = keep({}, 60_000)
      const detaching = () =>
        t.sql<{ pid: number }>(
          `select pid from pg_stat_activity
           where datname = current_database() and query like 'alter table%concurrently' and wait_event_type = 'Lock'`,
        )
      await until(async () => (await detaching()).length === 1)
      expect(await partitions('done')).toContain(coming)
      expect(await (await note.delay()).result()).toBe('done')
      expect(await detaching()).toHaveLength(1)

      // Cut off in the middle, and tried again while the reader is still there: nothing is lost, nothing waits.
      await t.sql('select pg_cancel_backend(pid) from unnest($1::int[]) pid', [
        (await detaching()).map(({ pid }) => pid),
      ])
      await keeping
      await keep({}, 50)
      expect(
        await t.sql(
          `select inhdetachpending as pending from pg_inherits where inhrelid = ('factotum_jobs.' || $1)::regclass`,
          [old],
        ),
      ).toEqual([{ pending: true }])
      expect(await (await note.delay()).result()).toBe('done')
    } finally {
      await reader.end()
    }
    await keep()
    expect(await t.sql('select to_regclass($1) as there', [`factotum_jobs.${old}`])).toEqual([
      { there: null },
    ])
  })

  test('are made while a detaching waits for a reader', async () => {
    const old = await pretend('done', 20)
    const coming = nameOf('done', 7)
    await t.sql(`drop table if exists factotum_jobs.${coming}`)
    const reader = new pg.Client({ connectionString: t.url })
    await reader.connect()
    try {
      await reader.query('begin')
      await reader.query('select count(*) from factotum_jobs.done')
      const dropping = dropHistory(t.pool, '"factotum_jobs"', keptDays(), 500)
      await keep({}, 50)
      await dropping
      expect(await partitions('done')).toContain(coming)
    } finally {
      await reader.end()
    }
    await keep()
    expect(await partitions('done')).not.toContain(old)
  })

  test('that nobody made in time make themselves when a job ends', async () => {
    const jobs = t.manager()
    const note = jobs.job('note', async () => 'done')
    await t.worker(jobs)
    const bad = jobs.job('bad', async () => Promise.reject(new Error('no')))
    await (await note.delay()).result()
    await t.sql(`drop table factotum_jobs.${nameOf('done', 0)}, factotum_jobs.${nameOf('failed', 0)}`)
    expect(await (await note.delay()).result()).toBe('done')
    await expect((await bad.delay()).result()).rejects.toThrow('no')
    expect(await partitions('done')).toContain(nameOf('done', 0))
  })

  test('also when the ending is a cancel', async () => {
    const jobs = t.manager()
    const handle = await jobs.define('note').delay()
    await t.sql(`drop table factotum_jobs.${nameOf('done', 0)}`)
    expect(await handle.cancel()).toBe('canceled')
    expect((await handle.status())?.state).toBe('canceled')
  })
})

test('progress that a worker left behind goes once its job has ended', async () => {
  const jobs = t.manager({ timing: { upkeep: 50 } })
  const handle = await jobs.define('later').delayIn('1h')
  await t.sql(`insert into factotum_jobs.progress (job_id, value) values ($1, 0.5), (123456789, 0.5)`, [
    handle.id,
  ])
  await t.worker(jobs)
  await until(async () => (await t.sql('select from factotum_jobs.progress')).length === 1)
  expect((await handle.status())?.progress).toBe(0.5)
})

describe('a retry by hand', () => {
  test('brings a failed job back under its id, with all its attempts and what it failed of', async () => {
    const jobs = t.manager()
    let good = false
    const moody = jobs.job(
      'moody',
      async (text: string) => {
        if (!good) throw new Error('not yet')
        return text.length
      },
      { retries: 1, backoff: 'fixed', backoffDelay: 10 },
    )
    await t.worker(jobs)
    const handle = await moody.with({ correlationId: 'r-3' }).delay('x'.repeat(10_000))
    await handle.result().catch(() => {})
    good = true
    await jobs.retry(handle.id)
    expect(await handle.result()).toBe(10_000)
    const job = await jobs.get(handle.id)
    expect(job).toMatchObject({
      id: handle.id,
      state: 'finished',
      attempts: 1,
      maxAttempts: 2,
      correlationId: 'r-3',
    })
    expect(job?.failures.map(({ attempt, error }) => [attempt, error])).toEqual([
      [1, 'not yet'],
      [2, 'not yet'],
    ])
  })

  test('wakes a worker', async () => {
    const jobs = t.manager()
    let runs = 0
    const moody = jobs.job('moody', async () => {
      if (runs++ === 0) throw new Error('not yet')
    })
    await t.worker(jobs)
    const handle = await moody.delay()
    await handle.result().catch(() => {})
    await until(async () => (await t.sql('select from factotum_jobs.worker where sleeping')).length === 1)
    const before = performance.now()
    await jobs.retry(handle.id)
    await until(() => runs === 2)
    expect(performance.now() - before).toBeLessThan(4_000)
  })

  test('of a job that has not failed is a conflict, of none not found', async () => {
    const jobs = t.manager()
    const handle = await jobs.define('note').delay()
    await expect(jobs.retry(handle.id)).rejects.toThrow(JobError.Conflict)
    await expect(jobs.retry(handle.id)).rejects.toThrow('Job is not in failed state')
    await handle.cancel()
    await expect(jobs.retry(handle.id)).rejects.toThrow(JobError.Conflict)
    await expect(jobs.retry('12345')).rejects.toThrow(JobError.NotFound)
    await expect(jobs.retry('x')).rejects.toThrow('Job not found')
  })

  test('by two at once brings it back once', async () => {
    const jobs = t.manager()
    const bad = jobs.job('bad', async () => Promise.reject(new Error('no')))
    const worker = await t.worker(jobs)
    const handle = await bad.delay()
    await handle.result().catch(() => {})
    await worker.stop()
    const answers = await Promise.allSettled([
      jobs.retry(handle.id),
      jobs.retry(handle.id),
      jobs.retry(handle.id),
    ])
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await t.sql('select from factotum_jobs.job')).toHaveLength(1)
  })
})
