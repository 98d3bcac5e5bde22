import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { JobManager } from '../src/job-manager.ts'
import { Network } from './chaos/network.ts'
import { begun, fast, gate, setting, sleep, until } from './setting.ts'

const t = setting()
const networks: Network[] = []
afterEach(() => {
  for (const network of networks.splice(0)) network.close()
})

/** A worker that stays with a key as long as there is one of it. */
const stays = { ...fast, turn: 60_000 }
const claimsWithJobs = (jobs: JobManager) => jobs.metrics().claims - jobs.metrics().emptyClaims

/** Jobs of one key, the first of which waits for a gate; all are stored before a worker comes. */
async function held(count: number, timing = stays) {
  const jobs = t.manager({ timing })
  const { passed, open } = gate()
  const order: unknown[] = []
  const step = jobs.job(
    'step',
    async (what: number | string) => {
      if (what === 0) await passed
      order.push(what)
    },
    { serialKey: 'a' },
  )
  const handles = await step.delayMany(Array.from({ length: count }, (_, n): [number] => [n]))
  const runs = begun(jobs)
  const worker = await t.worker(jobs, { concurrency: 3 })
  await runs
  return { jobs, step, handles, order, open, worker }
}

const finished = async () => (await t.sql('select from factotum_jobs.done where state = 10')).length

describe('a worker that finished a job of a serial key', () => {
  test('goes on with the next of that key, without another claim', async () => {
    const { jobs, order, open } = await held(30)
    open()
    await until(async () => (await finished()) === 30)
    expect(order).toEqual(Array.from({ length: 30 }, (_, n) => n))
    expect(claimsWithJobs(jobs)).toBe(1)
  })

  test('gives up its place when its turn is over', async () => {
    const { jobs, order, open } = await held(5, { ...fast, turn: 1 })
    await sleep(5)
    open()
    await until(async () => (await finished()) === 5)
    expect(order).toEqual([0, 1, 2, 3, 4])
    expect(claimsWithJobs(jobs)).toBeGreaterThan(1)
  })

  test('lets one of a higher priority go first that came meanwhile, and takes none that was canceled', async () => {
    const { step, handles, order, open } = await held(4)
    await step.with({ priority: 3 }).delay('urgent')
    expect(await handles[1]?.cancel()).toBe('canceled')
    open()
    await until(async () => (await finished()) === 4)
    expect(order).toEqual([0, 'urgent', 2, 3])
  })

  test('begins none while the queue is paused, and all in order once it is resumed', async () => {
    const { jobs, handles, order, open } = await held(3)
    await jobs.pause('default')
    open()
    await handles[0]?.result()
    expect(await handles[1]?.status()).toMatchObject({ state: 'queued', startedAt: null })
    await jobs.resume('default')
    await handles[2]?.result()
    expect(order).toEqual([0, 1, 2])
  })

  test('begins none past a limit that was set meanwhile', async () => {
    const { jobs, handles, open } = await held(5)
    await jobs.setLimits('default', { starts: { most: 2, per: '1h' } })
    open()
    await until(async () => (await finished()) === 3)
    await sleep(200)
    expect(await finished()).toBe(3)
    expect(await handles[3]?.status()).toMatchObject({ state: 'queued' })
    expect(await t.sql('select from factotum_jobs.start')).toHaveLength(2)
  })

  test('lets the key wait for one that failed in the middle and is tried again', async () => {
    const jobs = t.manager({ timing: stays })
    const order: number[] = []
    const step = jobs.job(
      'step',
      async (n: number) => {
        order.push(n)
        if (n === 2 && order.filter((one) => one === 2).length < 3) throw new Error('not yet')
      },
      { serialKey: 'a', retries: 3, backoff: 'fixed', backoffDelay: 20 },
    )
    await step.delayMany([[0], [1], [2], [3], [4]])
    await t.worker(jobs)
    await until(async () => (await finished()) === 5)
    expect(order).toEqual([0, 1, 2, 2, 2, 3, 4])
  })

  test('takes none when it stops, and another worker goes on', async () => {
    const { order, open, worker, handles } = await held(3)
    const stopping = worker.stop({ grace: '10s' })
    open()
    await stopping
    expect(order).toEqual([0])
    const others = t.manager({ timing: stays })
    others.job('step', async (n: number) => void order.push(n))
    await t.worker(others)
    await handles[2]?.result()
    expect(order).toEqual([0, 1, 2])
  })

  test('neither waits for a next one that is locked nor passes it by', async () => {
    const { order, open, handles, step } = await held(3)
    const stranger = await t.pool.connect()
    await stranger.query('begin')
    await stranger.query('select from factotum_jobs.job where id = $1 for update', [handles[1]?.id])
    open()
    await handles[0]?.result()
    await (await step.with({ serialKey: 'b' }).delay('other key')).result()
    expect(order).toEqual([0, 'other key'])
    await stranger.query('rollback')
    stranger.release()
    await handles[2]?.result()
    expect(order).toEqual([0, 'other key', 1, 2])
  })

  test('hands back what it took by a statement whose answer was lost', async () => {
    const network = await Network.open(t.url)
    networks.push(network)
    const jobs = t.manager({
      connectionString: network.url,
      timing: { turn: 60_000, poll: 200, beat: 60_000 },
    })
    jobs.on('error', () => {})
    const { passed, open } = gate()
    const order: number[] = []
    jobs.job('step', async (n: number) => {
      if (n === 0) await passed
      order.push(n)
    })
    const caller = t.manager().define<[n: number]>('step', { serialKey: 'a' })
    const handles = await caller.delayMany([[0], [1], [2]])
    const runs = begun(jobs)
    await t.worker(jobs)
    await runs
    const stranger = await t.pool.connect()
    await stranger.query('begin')
    await stranger.query('lock table factotum_jobs.job in exclusive mode')
    open()
    await until(async () => (await t.sql(takesThatWait)).length === 1)
    network.lose('answers')
    await stranger.query('commit')
    stranger.release()
    await until(async () => (await handles[1]?.status())?.state === 'started')
    network.mend()
    await handles[2]?.result()
    expect(order).toEqual([0, 1, 2])
  })
})

const takesThatWait = `select from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query like '%complete_and_take(%'`

test('whoever dies in whatever moment: jobs of a key run in order, with all their attempts before the next', async () => {
  const timing = JSON.stringify({ beat: 300, dead: 3_000 })
  await t.sql(`create table witness (at bigint generated always as identity, key text, n integer, what text)`)
  const plan = fc.record({
    jobs: fc.array(fc.record({ key: fc.nat(7), fails: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2) }), {
      minLength: 100,
      maxLength: 160,
    }),
    kills: fc.array(fc.integer({ min: 5, max: 60 }), { minLength: 2, maxLength: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(plan, async ({ jobs: acts, kills }) => {
      await t.sql('truncate witness')
      const jobs = t.manager()
      const call = jobs.define<[key: string, n: number, fails: number]>('witnessed', {
        serialKey: (key) => key,
        retries: 3,
        backoff: 'fixed',
        backoffDelay: 1,
      })
      const children = [
        await t.child('serial-process.ts', timing),
        await t.child('serial-process.ts', timing),
      ]
      const handles = await call.delayMany(acts.map(({ key, fails }, n) => [`k${key}`, n, fails]))
      for (const ended of kills) {
        await until(async () => Number((await t.sql('select from witness')).length) >= ended)
        children.shift()?.kill('SIGKILL')
        children.push(await t.child('serial-process.ts', timing))
      }
      await until(async () => (await t.sql('select from factotum_jobs.job')).length === 0, 100_000)
      for (const child of children) child.kill('SIGKILL')
      const failed = await t.sql<{ id: string }>('select id from factotum_jobs.failed')
      const quarantined = new Set(failed.map(({ id }) => handles.findIndex((handle) => handle.id === id)))
      const witnessed = await t.sql<{ key: string; n: number; what: string }>(
        'select key, n, what from witness order by at',
      )
      expect(misorders(witnessed, quarantined)).toEqual([])
      expect(new Set(witnessed.map(({ n }) => n)).size).toBe(acts.length)
      await t.sql('truncate factotum_jobs.done, factotum_jobs.failed')
    }),
    { numRuns: 2, endOnFailure: true },
  )
}, 300_000)

/** Runs that began though one of their key before them had not ended, or one after them had begun. */
function misorders(witnessed: { key: string; n: number; what: string }[], failed: Set<number>): string[] {
  const latest = new Map<string, number>()
  const ended = new Set<number>()
  const wrong: string[] = []
  for (const { key, n, what } of witnessed) {
    if (what === 'ends') {
      ended.add(n)
      continue
    }
    const before = latest.get(key)
    latest.set(key, n)
    if (before === undefined || before === n) continue
    if (before > n) wrong.push(`${n} of ${key} began after ${before}`)
    else if (!ended.has(before) && !failed.has(before))
      wrong.push(`${n} of ${key} began before ${before} had ended`)
  }
  return wrong
}
