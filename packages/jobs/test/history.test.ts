import { describe, expect, test } from 'vitest'
import { JobError } from '../src/errors.ts'
import { keepPartitions } from '../src/history.ts'
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

async function keep(): Promise<void> {
  const client = await t.pool.connect()
  try {
    await keepPartitions(client, '"factotum_jobs"')
  } finally {
    client.release()
  }
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
