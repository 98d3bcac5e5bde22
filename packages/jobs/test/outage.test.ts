import { describe, expect, test } from 'vitest'
import { Database } from '../src/database.ts'
import { proxies } from './proxy.ts'
import { fast, gate, setting, sleep, until } from './setting.ts'

const t = setting()
const proxy = proxies(() => t.url)

describe('the database goes away', () => {
  test('for longer than a death takes, and nothing is started twice; what ended meanwhile is stored', async () => {
    const way = await proxy()
    const runs: string[] = []
    const { passed, open } = gate()
    const make = () => {
      const jobs = t.manager({ connectionString: way.url, timing: fast })
      jobs.on('error', () => {})
      const long = jobs.job('long', async () => {
        runs.push('long')
        await passed
        return 'done'
      })
      return { jobs, long }
    }
    const [one, two] = [make(), make()]
    await t.worker(one.jobs, { concurrency: 1 })
    await t.worker(two.jobs, { concurrency: 1 })
    const handles = await one.long.delayMany([[], []])
    await until(() => runs.length === 2)
    way.cut()
    await sleep(1_500)
    open()
    await sleep(1_500)
    way.mend()
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(['done', 'done'])
    expect(runs).toHaveLength(2)
    expect(await one.jobs.workers()).toHaveLength(2)
  })

  test('and an enqueue is refused with the reason; afterwards all goes on', async () => {
    const way = await proxy()
    const jobs = t.manager({ connectionString: way.url, timing: fast })
    jobs.on('error', () => {})
    const note = jobs.job('note', async (n: number) => n)
    await t.worker(jobs)
    await (await note.delay(0)).result()
    way.cut()
    await expect(note.delay(1)).rejects.toThrow()
    expect(await jobs.health()).toMatchObject({
      ok: false,
      database: null,
      problems: [expect.stringContaining('The database does not answer')],
    })
    way.mend()
    expect(await (await until(() => note.delay(2).catch(() => null))).result()).toBe(2)
    expect(await jobs.health()).toMatchObject({ ok: true, problems: [] })
  })

  test('while a worker stops, which does not wait for it without end', async () => {
    const way = await proxy()
    const jobs = t.manager({ connectionString: way.url, timing: fast })
    jobs.on('error', () => {})
    const { passed, open } = gate()
    const long = jobs.job('long', async () => passed)
    const worker = await t.worker(jobs)
    const handle = await long.delay()
    await until(
      async () => (await t.sql('select from factotum_jobs.job where started_at is not null')).length === 1,
    )
    way.cut()
    open()
    await worker.stop({ grace: 100 })
    const saver = t.manager({ timing: fast })
    saver.job('long', async () => 'saved')
    await t.worker(saver)
    way.mend()
    expect(await handle.result()).toBe('saved')
  })
})

test('every connection is cut by the server, in the middle of work, and nothing is lost', async () => {
  const jobs = t.manager({ timing: fast })
  jobs.on('error', () => {})
  const ran = new Map<number, number>()
  const note = jobs.job('note', async (n: number) => {
    await sleep(1)
    ran.set(n, (ran.get(n) ?? 0) + 1)
    return n
  })
  await note.delayMany(Array.from({ length: 2_000 }, (_, n) => [n] as [number]))
  await t.worker(jobs, { concurrency: 20 })
  for (let cuts = 0; cuts < 5; cuts++) {
    await until(() => ran.size > cuts * 200 + 100)
    await t.pool
      .query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      )
      .catch(() => {})
  }
  await until(async () => (await t.sql('select from factotum_jobs.job limit 1')).length === 0)
  const [done] = await t.sql<{ count: number; distinct: number }>(
    'select count(*)::int, count(distinct id)::int as distinct from factotum_jobs.done where state = 10',
  )
  expect(done).toEqual({ count: 2_000, distinct: 2_000 })
  expect([...ran.values()].every((times) => times === 1)).toBe(true)
})

test('a claim whose answer is lost strands no job', async () => {
  const way = await proxy()
  const jobs = t.manager({ connectionString: way.url, timing: { poll: 1_000 } })
  const errors: string[] = []
  jobs.on('error', ({ message }) => errors.push(message))
  const note = jobs.job('note', async (n: number) => n)
  const handles = await note.delayMany([[1], [2], [3]])
  way.swallow('.claim(')
  await t.worker(jobs, { concurrency: 4 })
  expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual([1, 2, 3])
  expect(errors.length).toBeGreaterThan(0)
  const ended = await Promise.all(handles.map((handle) => handle.status()))
  expect(ended.map((status) => status?.attempts)).toEqual([1, 1, 1])
})

test('a connection that is lost while a part of the engine has it ends no process', async () => {
  const database = new Database({ connectionString: t.url, schema: 'factotum_jobs', migrate: false })
  for (const pool of [database.workers, database.pool]) {
    const client = await pool.connect()
    const ended = new Promise((resolve) => client.once('end', resolve))
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    await t.sql('select pg_terminate_backend($1)', [rows[0]?.pid])
    await ended
    client.release()
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  }
  await database.close()
})
