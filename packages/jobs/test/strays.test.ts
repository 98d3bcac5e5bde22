import { afterEach, expect, test } from 'vitest'
import { Network } from './chaos/network.ts'
import { gate, setting, until } from './setting.ts'

const t = setting()
const networks: Network[] = []
afterEach(() => {
  for (const network of networks.splice(0)) network.close()
})

test('jobs of a claim whose answer was lost are handed back, though their worker lives on', async () => {
  const network = await Network.open(t.url)
  networks.push(network)
  const jobs = t.manager({ connectionString: network.url, timing: { poll: 200, beat: 60_000 } })
  jobs.on('error', () => {})
  jobs.job('note', async (n: number) => n)
  await t.worker(jobs)
  const caller = t.manager()
  await caller.pause('default')
  const handle = await caller.define<[n: number], number>('note').delay(1)
  const stranger = await t.pool.connect()
  await stranger.query('begin')
  await stranger.query('lock table factotum_jobs.job in exclusive mode')
  await t.sql(`update factotum_jobs.queue set paused = false`)
  await until(async () => {
    await t.sql(`select pg_notify('factotum_jobs', 'wake default')`)
    return (await t.sql(claimsThatWait)).length === 1
  })
  network.lose('answers')
  await stranger.query('commit')
  stranger.release()
  await until(async () => (await t.sql('select from factotum_jobs.job where state = 2')).length === 1)
  network.mend()
  expect(await handle.status()).toMatchObject({ state: 'started' })
  expect(await handle.result()).toBe(1)
})

const claimsThatWait = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%claim(%'`

test('a job that is locked while it is handed back is handed back all the same', async () => {
  const jobs = t.manager()
  const { passed, open } = gate()
  const locked = gate()
  const others: unknown[] = []
  const stranger = await t.pool.connect()
  const note = jobs.job('note', async (n: number) => {
    if (n !== 500) return n
    await stranger.query('begin')
    others.push(
      ...(
        await stranger.query(
          'select from factotum_jobs.job where state = 2 and started_at is null for update',
        )
      ).rows,
    )
    locked.open()
    return passed
  })
  await note.delayMany(Array.from({ length: 1_000 }, (_, n) => [n] as [number]))
  await t.worker(jobs, { concurrency: 1 })
  await locked.passed
  expect(others.length).toBeGreaterThan(0)
  // They are tried to be handed back a tenth of a second after they were claimed; nothing tells when.
  await new Promise((resolve) => setTimeout(resolve, 300))
  await stranger.query('rollback')
  stranger.release()
  const second = t.manager()
  second.job('note', async (n: number) => n)
  await t.worker(second)
  await until(async () => (await t.sql('select from factotum_jobs.job')).length === 1)
  open()
})
