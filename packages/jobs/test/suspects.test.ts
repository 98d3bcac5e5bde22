import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import type { JobManager } from '../src/job-manager.ts'
import { fast, gate, setting, sleep, until } from './setting.ts'

const t = setting()
const timing = { ...fast, beat: 50 }

/** What an observer does to a worker that stands still. The worker hears of it, and begins anew. */
const bury = (worker: string) =>
  until(async () => {
    const rows = await t.sql<{ jobs: number | null }>(
      'select factotum_jobs.bury(id, beat) as jobs from factotum_jobs.worker where name = $1',
      [worker],
    )
    // It may have beaten in between.
    return rows.every(({ jobs }) => jobs !== null)
  })

/** Says what runs side by side; each job ends when it is told, or has lost its job. */
class Stage {
  readonly jobs: JobManager = t.manager({ timing })
  readonly running = new Map<string, () => void>()
  readonly begun: string[] = []
  most = 0
  readonly act = this.jobs.job('act', (part: string) => {
    const { signal } = currentJob()
    this.begun.push(part)
    return new Promise<string>((resolve) => {
      const end = () => {
        this.running.delete(part)
        resolve(part)
      }
      this.running.set(part, end)
      this.most = Math.max(this.most, this.running.size)
      signal.addEventListener('abort', end)
    })
  })

  parts(...names: string[]) {
    return this.act.delayMany(names.map((name): [string] => [name]))
  }

  /** Resolves when so many run. */
  full(count: number) {
    return until(() => this.running.size === count)
  }

  end(...names: string[]): void {
    for (const name of names) this.running.get(name)?.()
  }

  /** Its worker dies under all that runs; resolves when a new one is there. */
  async die(): Promise<void> {
    const id = () =>
      t
        .sql<{ id: number }>("select id from factotum_jobs.worker where name = 'stage'")
        .then(([row]) => row?.id)
    const before = await id()
    await bury('stage')
    await until(async () => {
      const now = await id()
      return now !== undefined && now !== before
    })
  }
}

const suspects = () =>
  t.sql<{ part: string; alone: boolean; deaths: number }>(
    'select args ->> 0 as part, alone, deaths from factotum_jobs.job where suspect order by args ->> 0',
  )

async function stage(concurrency: number): Promise<Stage> {
  const made = new Stage()
  await t.worker(made.jobs, { concurrency, name: 'stage' })
  return made
}

describe('what ran when a worker died', () => {
  test('runs side by side, eight at a time, and beside others; no attempt is spent', async () => {
    const it = await stage(20)
    const names = Array.from({ length: 20 }, (_, n) => `s${n + 10}`)
    const handles = await it.parts(...names)
    await it.full(20)
    await it.die()
    await it.full(8)
    handles.push(...(await it.parts('fresh')))
    await until(() => it.running.has('fresh'))
    expect([...it.running.keys()].sort()).toEqual(['fresh', ...names.slice(0, 8)])
    it.end(...it.running.keys())
    await it.full(8)
    it.end(...it.running.keys())
    await it.full(4)
    it.end(...it.running.keys())
    for (const handle of handles) {
      await handle.result()
      expect(await handle.status()).toMatchObject({ state: 'finished', attempts: 1 })
    }
    expect(await t.sql('select from factotum_jobs.done where deaths > 0')).toEqual([])
  })

  test('runs alone after a second death in company: it waits for its neighbours, and others wait for it', async () => {
    const it = await stage(4)
    await it.parts('a', 'b')
    await it.full(2)
    await it.die()
    await it.full(2)
    await it.parts('new')
    await it.full(3)
    await it.die()
    expect(await suspects()).toEqual([
      { part: 'a', alone: true, deaths: 0 },
      { part: 'b', alone: true, deaths: 0 },
      { part: 'new', alone: false, deaths: 0 },
    ])
    await until(() => it.running.has('a'))
    await it.parts('newest')
    await sleep(200)
    expect([...it.running.keys()]).toEqual(['a'])
    it.end('a')
    // Having run one alone, it does other work for a while.
    await until(() => it.running.has('new') && it.running.has('newest'))
    it.end('new')
    await sleep(400)
    expect([...it.running.keys()]).toEqual(['newest'])
    it.end('newest')
    await it.full(1)
    expect([...it.running.keys()]).toEqual(['b'])
    it.end('b')
    await until(async () => (await it.jobs.count({ state: 'finished' })).count === 4)
  })

  test('that waited to be alone begins once its row is free, should a stranger have locked it', async () => {
    const it = await stage(4)
    await it.parts('a', 'b')
    await it.full(2)
    await it.die()
    await it.full(2)
    await it.die()
    await until(() => it.running.has('a'))
    await it.parts('neighbour')
    it.end('a')
    await until(() => it.running.has('neighbour'))
    const ofB = `from factotum_jobs.job where args ->> 0 = 'b' and worker is not null`
    await until(async () => (await t.sql(`select ${ofB}`)).length === 1)
    const stranger = await t.pool.connect()
    try {
      await stranger.query('begin')
      await stranger.query(`select ${ofB} for update`)
      it.end('neighbour')
      await until(async () => (await it.jobs.count({ state: 'finished' })).count === 2)
      await sleep(400)
      expect(it.running.size).toBe(0)
      await stranger.query('commit')
    } finally {
      stranger.release()
    }
    await it.full(1)
    it.end('b')
    await until(async () => (await it.jobs.count({ state: 'finished' })).count === 3)
    expect(it.begun.filter((part) => part === 'b')).toHaveLength(3)
  })

  test('is to blame only for a death alone: three of them, and it has failed', async () => {
    const it = await stage(4)
    const [one] = await it.parts('one')
    for (const deaths of [1, 2]) {
      await it.full(1)
      await it.die()
      await until(async () => (await suspects())[0]?.deaths === deaths)
    }
    await it.full(1)
    await it.parts('beside')
    await it.die()
    await expect(one?.result()).rejects.toThrow('Quarantined: the worker died under this job 3 times')
    await it.full(1)
    expect([...it.running.keys()]).toEqual(['beside'])
    it.end('beside')
    await until(async () => (await it.jobs.count({ state: 'finished' })).count === 1)
  })

  test('is not alone for being the last whose row could be had', async () => {
    const it = await stage(4)
    const [one] = await it.parts('one', 'two')
    await it.full(2)
    const stranger = await t.pool.connect()
    await stranger.query('begin')
    await stranger.query('select from factotum_jobs.job where id = $1 for update', [one?.id])
    await it.die()
    await stranger.query('commit')
    stranger.release()
    await it.full(2)
    expect(await suspects()).toEqual([
      { part: 'one', alone: false, deaths: 0 },
      { part: 'two', alone: false, deaths: 0 },
    ])
    it.end('one', 'two')
  })

  test('can be canceled while it waits to be alone', async () => {
    const it = await stage(4)
    const [a, b] = await it.parts('a', 'b')
    await it.full(2)
    await it.die()
    await it.full(2)
    await it.die()
    // One of them runs alone; with both done so before, what is left waits for what came between.
    await until(() => it.running.has('a'))
    await it.parts('c')
    it.end('a')
    await a?.result()
    await until(() => it.running.has('c'))
    const held = () => t.sql('select from factotum_jobs.job where state = 2 and alone and started_at is null')
    await until(async () => (await held()).length === 1)
    expect(await b?.status()).toMatchObject({ state: 'queued' })
    expect(await b?.cancel()).toBe('canceling')
    await until(async () => (await b?.status())?.state === 'canceled')
    it.end('c')
  })

  test('is not blamed twice for one death, should its worker be looking for suspects as it is declared dead', async () => {
    const it = await stage(4)
    // Claims from a queue with limits wait for a lock, on which this look is held up.
    await it.jobs.setLimits('default', { running: 10 })
    await it.parts('a', 'b')
    await it.full(2)
    // It has looked for more, and sleeps.
    await sleep(1_000)
    const stranger = await t.pool.connect()
    try {
      await stranger.query('begin')
      await stranger.query(`select pg_advisory_xact_lock(factotum_jobs.strict_lock('default'))`)
      await t.sql(`insert into factotum_jobs.job (queue, name, state, suspect, run_at, priority, max_attempts, args)
        values ('default', 'act', 5, true, now(), 0, 1, '["c"]')`)
      await t.sql(`select pg_notify('factotum_jobs', 'suspects')`)
      await until(async () => {
        const waiting = `select from pg_stat_activity where wait_event = 'advisory' and query like '%claim_suspects%'`
        return (await t.sql(waiting)).length === 1
      })
      const dying = it.die()
      await sleep(300)
      await stranger.query('commit')
      await dying
    } finally {
      stranger.release()
    }
    // It was claimed before the death, so that this was its second one.
    await until(() => it.running.has('c'))
    it.end('c')
    await it.full(2)
    expect(await suspects()).toMatchObject(['a', 'b'].map((part) => ({ part, alone: false })))
    it.end('a', 'b')
    await until(async () => (await it.jobs.count({ state: 'finished' })).count === 3)
  })

  test('keeps to the limits of its queue', async () => {
    const it = await stage(10)
    await it.jobs.setLimits('default', { perKey: { running: 2 } })
    await it.act.with({ limitKey: 'k' }).delayMany(['a', 'b', 'c', 'd'].map((name): [string] => [name]))
    await it.full(2)
    await it.die()
    for (let left = 4; left > 0; left -= 2) {
      await it.full(2)
      it.end(...it.running.keys())
    }
    await until(async () => (await it.jobs.count({ state: 'finished' })).count === 4)
    expect(it.most).toBe(2)
  })
})

test('whatever kills its workers is quarantined, and nothing else, however many there are of both', async () => {
  const crowd = fc.record({
    poison: fc.array(fc.nat(19), { maxLength: 3 }),
    innocents: fc.integer({ min: 0, max: 20 }),
    workers: fc.integer({ min: 1, max: 2 }),
    concurrency: fc.integer({ min: 1, max: 12 }),
  })
  await fc.assert(
    fc.asyncProperty(crowd, async ({ poison, innocents, workers, concurrency }) => {
      const queue = `q${performance.now()}`
      const caller = t.manager()
      const jobs: JobManager[] = []
      for (let n = 0; n < workers; n++) {
        const name = `${queue} ${n}`
        const one = t.manager({ timing })
        const lost = () => {
          const { signal } = currentJob()
          const { passed, open } = gate()
          signal.addEventListener('abort', () => open())
          return passed
        }
        one.job('poison', async () => {
          const gone = lost()
          await bury(name)
          await gone
        })
        one.job('innocent', () => Promise.race([sleep(20), lost()]))
        jobs.push(one)
        await t.worker(one, { queues: [queue], concurrency, name })
      }
      const names: ('poison' | 'innocent')[] = Array.from({ length: innocents }, () => 'innocent')
      for (const place of poison) names.splice(place, 0, 'poison')
      const call = { poison: caller.define('poison'), innocent: caller.define('innocent') }
      for (const name of names) await call[name].with({ queue }).delay()
      await until(async () => {
        const [left] = await t.sql<{ count: number }>(
          'select count(*)::int from factotum_jobs.job where queue = $1',
          [queue],
        )
        return left?.count === 0
      }, 60_000)
      const ended = await t.sql(
        `select name, state, attempts, deaths, count(*)::int from factotum_jobs.status
           join (select id, deaths from factotum_jobs.done union all select id, deaths from factotum_jobs.failed) d using (id)
         where queue = $1 group by 1, 2, 3, 4 order by 1`,
        [queue],
      )
      expect(ended).toEqual([
        ...(innocents > 0
          ? [{ name: 'innocent', state: 'finished', attempts: 1, deaths: 0, count: innocents }]
          : []),
        ...(poison.length > 0
          ? [{ name: 'poison', state: 'failed', attempts: 0, deaths: 3, count: poison.length }]
          : []),
      ])
      await Promise.all([...jobs, caller].map((one) => one.close()))
    }),
    { numRuns: 8 },
  )
}, 300_000)
