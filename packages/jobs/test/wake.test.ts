import pg from 'pg'
import { expect, test } from 'vitest'
import { proxies } from './proxy.ts'
import { setting, sleep, until } from './setting.ts'

const t = setting()
const proxy = proxies(() => t.url)

/** Resolves when every worker says that it sleeps. */
const allAsleep = () =>
  until(
    async () =>
      (
        await t.sql<{ awake: number }>(
          'select count(*)::int as awake from factotum_jobs.worker where not sleeping',
        )
      )[0]?.awake === 0,
  )

/** What is told on the engine's channel while `work` goes on. */
async function heardDuring(work: () => Promise<unknown>): Promise<string[]> {
  const client = new pg.Client({ connectionString: t.url })
  await client.connect()
  const heard: string[] = []
  client.on('notification', ({ payload = '' }) => payload.startsWith('ping ') || heard.push(payload))
  await client.query('listen """factotum_jobs"""')
  await work()
  await client.query('select')
  await client.end()
  return heard
}

test('a sleeping worker starts a job at once, long before its next look', async () => {
  const jobs = t.manager({ timing: { poll: 60_000 } })
  const note = jobs.job('note', async () => 'done')
  await t.worker(jobs)
  await sleep(1_000)
  const began = performance.now()
  expect(await (await note.delay()).result()).toBe('done')
  expect(performance.now() - began).toBeLessThan(5_000)
})

test('one that hears nothing finds the job at its next look', async () => {
  const jobs = t.manager({ timing: { poll: 500 } })
  const note = jobs.job('note', async () => 'done')
  await t.worker(jobs)
  await sleep(1_000)
  await t.sql('update factotum_jobs.worker set sleeping = false')
  const heard = await heardDuring(async () => (await note.delay()).result())
  expect(heard).not.toContain('wake default')
})

test('enqueuing tells nobody while no worker sleeps, and only the queues of those that do', async () => {
  const jobs = t.manager()
  const note = jobs.job('note', async () => {})
  expect(await heardDuring(() => note.delayMany(Array.from({ length: 10 }, () => [] as [])))).toEqual([])
  await t.worker(jobs, { queues: ['a'] })
  await allAsleep()
  const heard = await heardDuring(async () => {
    await note.with({ queue: 'b' }).delay()
    await note.with({ queue: 'a' }).delayIn('1h')
    await (await note.with({ queue: 'a' }).delay()).result()
  })
  expect(heard).toEqual(['wake a'])
})

test('one that was busy long enough says that it needs no waking, and later that it does', async () => {
  const jobs = t.manager()
  const note = jobs.job('note', async () => sleep(20))
  await t.worker(jobs, { concurrency: 1 })
  await note.delayMany(Array.from({ length: 40 }, () => [] as []))
  await until(async () => (await t.sql('select from factotum_jobs.worker where not sleeping')).length === 1)
  await allAsleep()
})

test('a job that comes due is started then, not at the next look', async () => {
  const jobs = t.manager({ timing: { poll: 60_000 } })
  const note = jobs.job('note', async () => 'done')
  await t.worker(jobs)
  await sleep(1_000)
  const handle = await note.delayIn('1s')
  const late = await note.delayIn('3s')
  await handle.result()
  await late.result()
  const status = await late.status()
  const delay = (status?.startedAt?.getTime() ?? 0) - (status?.runAt.getTime() ?? 0)
  expect(delay).toBeGreaterThanOrEqual(0)
  expect(delay).toBeLessThan(5_000)
})

test('an idle worker asks the database less than once a second', async () => {
  const way = await proxy()
  const jobs = t.manager({ connectionString: way.url })
  jobs.job('note', async () => {})
  await t.worker(jobs)
  await sleep(1_500)
  const before = way.statements()
  await sleep(10_000)
  expect(way.statements() - before).toBeGreaterThan(3)
  expect(way.statements() - before).toBeLessThan(10)
})

test('a listening connection that is lost heals, and what was enqueued meanwhile is found', async () => {
  const jobs = t.manager({ timing: { poll: 60_000 } })
  const note = jobs.job('note', async (n: number) => n)
  await t.worker(jobs)
  jobs.on('error', () => {})
  await sleep(1_000)
  const listening = () =>
    t.sql<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and query like 'listen%'`,
    )
  const before = await listening()
  expect(before.length).toBeGreaterThan(0)
  await t.sql('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [before.map(({ pid }) => pid)])
  const first = await note.delay(1)
  expect(await first.result()).toBe(1)
  await until(async () => {
    const now = await listening()
    return now.length > 0 && now.every(({ pid }) => !before.some((old) => old.pid === pid))
  })
  await sleep(1_000)
  const began = performance.now()
  expect(await (await note.delay(2)).result()).toBe(2)
  expect(performance.now() - began).toBeLessThan(5_000)
})

test('a listening connection that went half open, of which nobody is told, heals', async () => {
  const way = await proxy()
  const jobs = t.manager({ connectionString: way.url, timing: { poll: 60_000, listen: 300 } })
  const note = jobs.job('note', async (n: number) => n)
  await t.worker(jobs)
  await (await note.delay(0)).result()
  await allAsleep()
  const listening = () =>
    t.sql<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and query in ('select', 'listen """factotum_jobs"""')`,
    )
  const before = await until(async () => {
    const now = await listening()
    return now.length > 0 && now.map(({ pid }) => pid)
  })
  way.silence('listen')
  await until(async () => (await listening()).some(({ pid }) => !before.includes(pid)))
  const handle = await t.manager().define<[n: number], number>('note').delay(1)
  expect(await handle.result()).toBe(1)
  expect((await jobs.health()).ok).toBe(true)
})

test('a connection on which nothing is heard, as through PgBouncer in transaction mode, is reported with what to do', async () => {
  const way = await proxy({ deaf: true })
  const jobs = t.manager({ connectionString: way.url, timing: { poll: 500 } })
  const errors: string[] = []
  jobs.on('error', ({ message }) => errors.push(message))
  const note = jobs.job('note', async () => 'done')
  await t.worker(jobs)
  await until(() => errors.length > 0)
  expect(errors[0]).toContain(
    'is there a PgBouncer in transaction mode between? Give the workers a direct connection string',
  )
  expect(await jobs.health()).toMatchObject({ ok: false, problems: [expect.stringContaining('PgBouncer')] })
  // Nobody wakes it, but it looks.
  expect(await (await note.delay()).result()).toBe('done')
})
