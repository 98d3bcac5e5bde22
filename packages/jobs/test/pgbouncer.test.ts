import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { hasPgBouncer, type PgBouncer, startPgBouncer } from './pgbouncer.ts'
import { begun, fast, setting, until } from './setting.ts'

const t = setting()

describe.skipIf(!hasPgBouncer)('through PgBouncer in transaction mode', () => {
  let pooler: PgBouncer
  beforeAll(async () => {
    pooler = await startPgBouncer(t.url)
  })
  afterAll(() => pooler?.stop())

  const manager = (options = {}) => {
    const jobs = t.manager({ connectionString: pooler.url, timing: { ...fast, poll: 1_000 }, ...options })
    const errors: string[] = []
    jobs.on('error', ({ message }) => errors.push(message))
    return { jobs, errors }
  }

  const sessionLocks = () =>
    t.sql(
      `select l.objid from pg_locks l join pg_stat_activity a using (pid)
       where l.locktype = 'advisory' and l.database = (select oid from pg_database where datname = current_database())
         and a.state = 'idle'`,
    )

  test('it is noticed, and said with what to do', async () => {
    const { jobs, errors } = manager()
    jobs.job('note', async () => 'done')
    await t.worker(jobs)
    await until(() => errors.length > 0)
    expect(errors[0]).toContain(
      'PgBouncer in transaction mode between? Give the workers a direct connection string',
    )
    expect(await jobs.health()).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('PgBouncer')],
    })
  })

  test('a program that only enqueues works, and its jobs start at once where the workers connect directly', async () => {
    const direct = t.manager({ timing: { poll: 60_000 } })
    direct.job('note', async (n: number) => n)
    await t.worker(direct)
    const { jobs } = manager()
    const note = jobs.define<[n: number], number>('note')
    expect(await (await note.delay(1)).result()).toBe(1)
    expect(await Promise.all((await note.delayMany([[2], [3]])).map((handle) => handle.result()))).toEqual([
      2, 3,
    ])
    expect(await (await note.delayIn(50, 4)).result()).toBe(4)
  })

  test('workers work: jobs, retries, cancels, progress, logs, history; a job starts one look late at most', async () => {
    const { jobs } = manager()
    const { jobs: second } = manager()
    for (const one of [jobs, second]) {
      one.job('note', async (n: number) => n)
      one.job('flaky', async () => {
        if (currentJob().attempt === 1) throw new Error('not yet')
        return 'done'
      })
      one.job('long', async () => {
        await currentJob().progress(0.5, 'half way')
        currentJob().log('a line')
        await new Promise((resolve) => currentJob().signal.addEventListener('abort', resolve))
      })
      await t.worker(one, { concurrency: 20 })
    }
    const { jobs: caller } = manager()
    const note = caller.define<[n: number], number>('note')
    const handles = await note.delayMany(Array.from({ length: 500 }, (_, n) => [n] as [number]))
    const singles = await Promise.all(Array.from({ length: 50 }, (_, n) => note.delay(n)))
    await Promise.all([...handles, ...singles].map((handle) => handle.result()))
    expect(
      await (
        await caller.define('flaky', { retries: 1 }).with({ backoff: 'fixed', backoffDelay: 10 }).delay()
      ).result(),
    ).toBe('done')

    const started = Promise.race([begun(jobs), begun(second)])
    const long = await caller.define('long').delay()
    await started
    await until(async () => (await long.status())?.progress === 0.5)
    expect(await long.cancel()).toBe('canceling')
    await until(async () => (await long.status())?.state === 'canceled')
    expect((await caller.get(long.id))?.log.map(({ line }) => line)).toEqual(['a line'])
  })

  test('upkeep runs, several at once, and leaves no lock behind in a connection of the pooler', async () => {
    const old = 'done_20200101'
    await t.sql(
      `create table factotum_jobs.${old} partition of factotum_jobs.done for values from ('2020-01-01 00:00+00') to ('2020-01-02 00:00+00')`,
    )
    const managers = Array.from({ length: 4 }, () => manager({ timing: { ...fast, upkeep: 20 } }))
    for (const { jobs } of managers) await t.worker(jobs)
    await until(async () => (await t.sql('select from pg_class where relname = $1', [old])).length === 0)
    await t.sql(
      `insert into factotum_jobs.tally (at, queue, finished) values (now() - interval '1 hour', 'a', 1)`,
    )
    await until(async () => (await t.sql('select from factotum_jobs.tally')).length === 0)
    await Promise.all(managers.map(({ jobs }) => jobs.close()))
    expect(await sessionLocks()).toEqual([])
    expect(managers.flatMap(({ errors }) => errors).filter((text) => !text.includes('PgBouncer'))).toEqual([])
  })

  test('the tables are made, by several programs at once', async () => {
    const managers = Array.from({ length: 4 }, () => manager({ schema: 'pooled' }))
    const ids = await Promise.all(managers.map(async ({ jobs }) => (await jobs.define('note').delay()).id))
    expect(new Set(ids).size).toBe(4)
    expect(await sessionLocks()).toEqual([])
    await t.sql('drop schema pooled cascade')
  })
})
