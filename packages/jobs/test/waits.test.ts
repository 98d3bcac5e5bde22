import pg from 'pg'
import { expect, test } from 'vitest'
import { JobError } from '../src/errors.ts'
import { setting, until } from './setting.ts'

const t = setting()

/** A minute that is past. The same for all of a test, though the clock goes on to the next. */
const looked = `timestamptz '${new Date(Math.floor(Date.now() / 60_000) * 60_000 - 180_000).toISOString()}'`

/** Yesterday's partition of what has finished, for a test just after midnight. */
async function yesterday(): Promise<void> {
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
  await t.sql(`create table if not exists factotum_jobs.done_${day(1).replaceAll('-', '')}
    partition of factotum_jobs.done for values from ('${day(1)} 00:00+00') to ('${day(0)} 00:00+00')`)
}

/** Finished jobs, evenly spread from a minute before that of `looked` to a minute after it. */
async function finished(count: number, wait: string): Promise<void> {
  await yesterday()
  await t.sql(
    `insert into factotum_jobs.done (id, run_at, created_at, started_at, ended_at, state, priority, attempts, max_attempts, deaths,
       queue, name, args)
     select n, e.at - ${wait}, e.at - ${wait}, e.at, e.at, 10, 0, 1, 1, 0, 'default', 'note', '["an argument"]'
     from generate_series(1, $1) n,
       lateral (select ${looked} - interval '1 minute' + n * interval '3 minutes' / ($1 + 1) as at) e`,
    [count],
  )
}

test('the wait of a minute is that from due to start, of first runs alone', async () => {
  await yesterday()
  const jobs = t.manager({ timing: { upkeep: 100 } })
  let failed = false
  let putOff = false
  const note = jobs.job('note', async () => {})
  const retried = jobs.job(
    'retried',
    async () => {
      if (failed) return
      failed = true
      throw new Error('no')
    },
    { retries: 1, backoff: 'fixed', backoffDelay: 5 },
  )
  const snoozed = jobs.job('snoozed', async () => {
    if (putOff) return
    putOff = true
    throw new JobError.Snooze(5)
  })
  const parent = await note.delay()
  await note.delayMany([[], [], []])
  await t.sql(
    `update factotum_jobs.job set run_at = run_at - interval '30 seconds', created_at = created_at - interval '1 minute'`,
  )
  const late = [await retried.delay(), await snoozed.delay(), await note.with({ after: parent }).delay()]
  await t.sql(
    `update factotum_jobs.job set run_at = run_at - interval '1 hour', created_at = created_at - interval '1 hour' where id = any ($1)`,
    [late.map(({ id }) => id)],
  )
  // Due before it was made: nobody could have started it then.
  await note.delayUntil(new Date(Date.now() - 3_600_000))
  const worker = await t.worker(jobs)
  await until(async () => (await jobs.count({ state: 'finished' })).count === 8)
  await worker.stop()
  expect((await jobs.throughput(5)).map(({ wait }) => wait)).toEqual([null, null, null, null, null])

  await t.sql(
    `update factotum_jobs.done set ended_at = ${looked}, started_at = ${looked},
       run_at = run_at - (started_at - ${looked}), created_at = created_at - (started_at - ${looked})`,
  )
  await t.sql(`update factotum_jobs.tally set at = ${looked}`)
  await t.worker(jobs)
  const measured = await until(async () => (await jobs.throughput(5)).find(({ wait }) => wait))
  expect(measured).toMatchObject({ finished: 8, failed: 0 })
  expect(measured.wait?.p50).toBeGreaterThanOrEqual(30)
  expect(measured.wait?.p95).toBeGreaterThanOrEqual(measured.wait?.p50 ?? 0)
  expect(measured.wait?.p95).toBeLessThan(3_600)
  expect(await t.sql('select jobs from factotum_jobs.wait')).toEqual([{ jobs: 5 }])
})

test('is looked up on a few pages, however many jobs finished, and is that of all the minute', async () => {
  await t.manager().migrate()
  // Those of the minutes beside waited for an hour; within the minute waits grow from 0 to 60 s.
  await finished(
    60_000,
    `case when date_trunc('minute', e.at) = ${looked} then e.at - ${looked} else interval '1 hour' end`,
  )
  // One of its own: what others have read since they last reported it would be counted, too.
  const client = new pg.Client({ connectionString: t.url })
  await client.connect()
  try {
    await client.query('begin')
    await client.query(`select factotum_jobs.sample_waits(${looked}, 32)`)
    const { rows } = await client.query<{ read: string; there: string }>(
      `select sum(pg_stat_get_xact_blocks_fetched(inhrelid)) as read, sum(pg_relation_size(inhrelid) / 8192) as there
       from pg_inherits where inhparent = 'factotum_jobs.done'::regclass`,
    )
    await client.query('commit')
    // Two searches by halving, and the pages of the sample.
    expect(Number(rows[0]?.there)).toBeGreaterThan(700)
    expect(Number(rows[0]?.read)).toBeLessThan(32 + 2 * 2 * 12)
  } finally {
    await client.end()
  }
  const [wait] = await t.sql<{ jobs: number; p50: number; p95: number }>(`select * from factotum_jobs.wait`)
  expect(wait?.jobs).toBeLessThan(32 * 120)
  // A page holds half a second or less, and one is taken of each thirty-second part.
  expect(wait?.p50).toBeGreaterThan(26)
  expect(wait?.p50).toBeLessThan(34)
  expect(wait?.p95).toBeGreaterThan(53)
  expect(wait?.p95).toBeLessThanOrEqual(60)
})

test('is of every job of a minute with few, and taken once', async () => {
  await t.manager().migrate()
  const sample = `select factotum_jobs.sample_waits(${looked}, 32)`
  await t.sql(sample)
  expect(await t.sql('select from factotum_jobs.wait')).toEqual([])
  await finished(30, `interval '2 seconds'`)
  await t.sql(sample)
  const [first] = await t.sql('select minute, jobs, p50, p95 from factotum_jobs.wait')
  expect(first).toMatchObject({ jobs: 10, p50: 2, p95: 2 })
  await finished(30, `interval '9 seconds'`)
  await t.sql(sample)
  expect(await t.sql('select minute, jobs, p50, p95 from factotum_jobs.wait')).toEqual([first])
  // Of a day whose history is gone nothing is known.
  await t.sql(`select factotum_jobs.sample_waits('2001-01-01', 32)`)
})

test('is forgotten with its minute, after 40 days', async () => {
  const jobs = t.manager({ timing: { upkeep: 100 } })
  await jobs.migrate()
  await t.sql(`insert into factotum_jobs.wait (minute, jobs, p50, p95)
    values (now() - interval '41 days', 1, 1, 1), (date_trunc('minute', now()) - interval '39 days', 1, 0.25, 3)`)
  await t.worker(jobs)
  await until(async () => (await t.sql('select from factotum_jobs.wait')).length === 1)
  const known = (await jobs.throughput(57_600)).filter(({ wait }) => wait)
  expect(known.map(({ wait }) => wait)).toEqual([{ p50: 0.25, p95: 3 }])
})
