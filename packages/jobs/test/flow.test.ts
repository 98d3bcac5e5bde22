import { describe, expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { JobError } from '../src/errors.ts'
import type { JobEvents } from '../src/events.ts'
import { dropHistory, keptDays } from '../src/history.ts'
import type { JobManager } from '../src/job-manager.ts'
import type { ParentJob } from '../src/job-status.ts'
import { cancelWaiting } from '../src/sql/cancel-waiting.ts'
import type { JobState } from '../src/types.ts'
import { begun, fast, gate, setting, until } from './setting.ts'

const t = setting()

/** A manager whose jobs end as their argument says. */
function manager(options: Parameters<typeof t.manager>[0] = {}) {
  const jobs = t.manager(options)
  const act = jobs.job('act', async (what: string) => {
    if (what === 'fail') throw new Error('no')
    return what
  })
  return { jobs, act }
}

const stateOf = async (jobs: JobManager, id: string): Promise<JobState | undefined> =>
  (await jobs.status(id))?.state

describe('a job that waits for others', () => {
  test('is deferred until all of them have ended, and then runs', async () => {
    const { jobs, act } = manager()
    const { passed, open } = gate()
    const order: string[] = []
    const slow = jobs.job('slow', async () => {
      await passed
      order.push('slow')
    })
    const last = jobs.job('last', async () => void order.push('last'))
    await t.worker(jobs)
    const first = await act.delay('good')
    const second = await slow.delay()
    const waiting = await last.with({ after: [first, second] }).delay()
    await first.result()
    expect(await waiting.status()).toMatchObject({ state: 'deferred', startedAt: null, parked: false })
    expect((await jobs.queues())[0]).toMatchObject({ deferred: 1, queued: 0 })
    expect((await jobs.list({ state: 'deferred' })).jobs.map(({ id }) => id)).toEqual([waiting.id])
    open()
    await waiting.result()
    expect(order).toEqual(['slow', 'last'])
  })

  test('sees what they answered, in the order in which the call named them', async () => {
    const { jobs, act } = manager()
    const collect = jobs.job('collect', async () => currentJob().parents())
    await t.worker(jobs)
    const [bad, a, b] = await act.delayMany([['fail'], ['a'], ['b']])
    const collector = await collect
      .with({ after: [b?.id ?? '', bad ?? '', a ?? ''], afterFailure: 'run' })
      .delay()
    expect(await collector.result()).toEqual<ParentJob[]>([
      { id: b?.id ?? '', name: 'act', state: 'finished', result: 'b', error: null },
      { id: bad?.id ?? '', name: 'act', state: 'failed', result: null, error: 'no' },
      { id: a?.id ?? '', name: 'act', state: 'finished', result: 'a', error: null },
    ])
    expect(await (await collect.delay()).result()).toEqual([])
    expect(await jobs.get(collector.id)).toMatchObject({
      parents: [b, bad, a].map((handle) => ({ id: handle?.id, name: 'act' })),
      children: [],
    })
    expect(await jobs.get(a?.id ?? '')).toMatchObject({
      parents: [],
      children: [{ id: collector.id, name: 'collect', state: 'finished' }],
    })
  })

  test('is canceled with one that fails, and so are those that wait for it in turn', async () => {
    const { jobs, act } = manager()
    const chain = [await act.delayIn('1h', 'good')]
    for (let length = 1; length < 300; length++) {
      chain.push(await act.with({ after: chain.at(-1) ?? [] }).delay('good'))
    }
    const aside = await act.with({ after: chain.slice(0, 2) }).delay('good')
    const anyway = await act.with({ after: chain.at(-1) ?? [], afterFailure: 'run' }).delay('anyway')
    const bad = await act.delay('fail')
    const child = await act.with({ after: [bad, chain[0] ?? bad], correlationId: 'request 7' }).delay('good')
    const told: JobEvents['canceled'][] = []
    jobs.on('canceled', (event) => told.push(event))
    await t.worker(jobs)
    await expect(child.result()).rejects.toThrow(JobError.Canceled)
    await until(() => told.length > 0)
    expect(told).toEqual([
      { id: child.id, name: 'act', queue: 'default', correlationId: 'request 7', how: 'before_start' },
    ])
    expect(await child.status()).toMatchObject({ canceledHow: 'before_start', attempts: 0 })
    expect(await chain[0]?.cancel()).toBe('canceled')
    expect(await anyway.result()).toBe('anyway')
    expect(await aside.status()).toMatchObject({ state: 'canceled', canceledHow: 'before_start' })
    expect(told.map(({ id }) => id).toSorted()).toEqual(
      [child, ...chain, aside].map(({ id }) => id).toSorted(),
    )
    expect(jobs.metrics().canceled).toBe(302)
    expect(await t.sql('select from factotum_jobs.job')).toEqual([])
    expect(await t.sql('select from factotum_jobs.done where state = 12')).toHaveLength(302)
    expect(await jobs.ended(new Date(0))).toEqual({ finished: 1, failed: 1, canceled: 302 })
  })

  test('is canceled at once, whatever the others still do', async () => {
    const { jobs, act } = manager()
    const later = await act.delayIn('1h', 'good')
    const bad = await act.delay('fail')
    const child = await act.with({ after: [later, bad] }).delay('good')
    await t.worker(jobs)
    await expect(child.result()).rejects.toThrow(JobError.Canceled)
    expect(await stateOf(jobs, later.id)).toBe('scheduled')
  })

  test("runs when told to, whatever became of them; a retry of one of them doesn't run it again", async () => {
    const { jobs, act } = manager()
    const dropped = await act.delay('good')
    await dropped.cancel()
    const bad = await act.delay('fail')
    const child = await act.with({ after: [bad, dropped], afterFailure: 'run' }).delay('good')
    await t.worker(jobs)
    expect(await child.result()).toBe('good')
    await jobs.retry(bad.id)
    await until(async () => (await jobs.ended(new Date(0))).failed === 2)
    expect(await child.status()).toMatchObject({ state: 'finished', attempts: 1 })
  })

  test('keeps its own due time: it is scheduled when they have ended before that', async () => {
    const { jobs, act } = manager()
    await t.worker(jobs)
    const first = await act.delay('good')
    const hour = await act.with({ after: first }).delayIn('1h', 'good')
    const moment = await act.with({ after: first }).delayIn(700, 'good')
    await first.result()
    expect(await stateOf(jobs, hour.id)).toBe('scheduled')
    expect(await moment.result()).toBe('good')
    const status = await moment.status()
    expect(status?.startedAt?.getTime()).toBeGreaterThanOrEqual(status?.runAt.getTime() ?? Infinity)
  })

  test('can be canceled, and takes those that wait for it along', async () => {
    const { jobs, act } = manager()
    const first = await act.delayIn('1h', 'good')
    const second = await act.with({ after: first }).delay('good')
    const third = await act.with({ after: second }).delay('good')
    expect(await second.cancel()).toBe('canceled')
    expect([await stateOf(jobs, second.id), await stateOf(jobs, third.id)]).toEqual(['canceled', 'canceled'])
    await first.cancel()
    expect(await t.sql('select from factotum_jobs.dependency where not settled')).toEqual([])
  })

  test('is released into a queue of serial keys as any other job of its key', async () => {
    const { jobs, act } = manager()
    const { passed, open } = gate()
    const order: string[] = []
    const serial = jobs.job(
      'serial',
      async (what: string) => {
        if (what === 'first') await passed
        order.push(what)
      },
      { serialKey: 'k' },
    )
    const gatekeeper = await act.delayIn('1h', 'good')
    const waiting = await serial.with({ after: gatekeeper, afterFailure: 'run' }).delay('waiting')
    await t.worker(jobs)
    const begins = begun(jobs)
    const first = await serial.delay('first')
    // What is deferred holds no key.
    await begins
    await gatekeeper.cancel()
    await until(async () => (await stateOf(jobs, waiting.id)) === 'queued')
    open()
    await Promise.all([first.result(), waiting.result()])
    expect(order).toEqual(['first', 'waiting'])
  })

  test('ends once when it is canceled in one statement with what it waits for', async () => {
    const { jobs, act } = manager()
    const first = await act.delayIn('1h', 'good')
    const second = await act.with({ after: first }).delay('good')
    const third = await act.with({ after: [first, second] }).delay('good')
    const ids = [third.id, first.id, second.id]
    expect(await t.sql(cancelWaiting('factotum_jobs'), [ids])).toHaveLength(3)
    expect(await t.sql('select from factotum_jobs.done where state = 12')).toHaveLength(3)
    expect(await t.sql('select from factotum_jobs.dependency where not settled')).toEqual([])
    expect(await jobs.ended(new Date(0))).toMatchObject({ canceled: 3 })
  })

  test('tells its changes to whoever follows it', async () => {
    const { jobs, act } = manager({ timing: { poll: 200 } })
    const first = await act.delayIn('1h', 'good')
    const bad = await act.delay('fail')
    const follow = act.with({ after: first, follow: true })
    const released = await follow.delay('good')
    const scheduled = await follow.delayIn('1h', 'good')
    const canceled = await act.with({ after: [first, bad], follow: true }).delay('good')
    await t.worker(jobs)
    await canceled.result().catch(() => {})
    await t.sql('update factotum_jobs.job set run_at = now() where id = $1', [first.id])
    await released.result()
    const rows = await t.sql<{ job_id: string; state: string }>(
      'select job_id, state from factotum_jobs.change order by pos',
    )
    const told = (id: string) => rows.flatMap(({ job_id, state }) => (job_id === id ? [state] : []))
    expect(told(released.id)).toEqual(['deferred', 'queued', 'started', 'finished'])
    expect(told(scheduled.id)).toEqual(['deferred', 'scheduled'])
    expect(told(canceled.id)).toEqual(['deferred', 'canceled'])
  })

  test('wakes a sleeping worker that did not run the other', async () => {
    const runner = manager({ timing: { poll: 60_000 } })
    const { jobs } = manager({ timing: { poll: 60_000 } })
    const other = jobs.job('other', async () => 'awake', { queue: 'other' })
    await t.worker(jobs, { queues: ['other'] })
    await until(async () => (await t.sql('select from factotum_jobs.worker where sleeping')).length === 1)
    const first = await runner.act.delay('good')
    const child = await other.with({ after: first }).delay()
    await t.worker(runner.jobs)
    expect(await child.result()).toBe('awake')
  })
})

describe('every end of a job is settled with those that wait for it:', () => {
  test('attempts that remain are no end, the last one is', async () => {
    const jobs = t.manager()
    const { passed, open } = gate()
    const flaky = jobs.job(
      'flaky',
      async () => {
        if (currentJob().attempt === 3) await passed
        throw new Error('no')
      },
      { retries: 2, backoff: 'fixed', backoffDelay: 5 },
    )
    await t.worker(jobs)
    const parent = await flaky.delay()
    const child = await jobs.define('child').with({ after: parent }).delay()
    await until(async () => (await parent.status())?.attempts === 2)
    expect((await child.status())?.state).toBe('deferred')
    open()
    await until(async () => (await child.status())?.state === 'canceled')
  })

  test('a running job that is canceled, by its own leave or disowned', async () => {
    const jobs = t.manager({ timing: fast })
    const heeds = jobs.job('heeds', async () => {
      const { signal } = currentJob()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    const ignores = jobs.job('ignores', () => new Promise(() => {}))
    await t.worker(jobs)
    const begins = begun(jobs, 2)
    const parents = [await heeds.delay(), await ignores.delay()]
    const child = jobs.define('child')
    await begins
    for (const parent of parents) {
      const canceled = await child.with({ after: parent }).delay()
      const released = await child.with({ after: parent, afterFailure: 'run' }).delay()
      expect(await parent.cancel()).toBe('canceling')
      await until(async () => (await canceled.status())?.state === 'canceled')
      await until(async () => (await released.status())?.state === 'queued')
    }
  })

  test("its worker's death, where that is the third or the job was canceled", async () => {
    const jobs = t.manager()
    const parents = await jobs.define<[]>('parent').delayMany([[], [], []])
    const ids = parents.map(({ id }) => id)
    const child = jobs.define('child')
    const canceled = await Promise.all(ids.map((after) => child.with({ after }).delay()))
    const released = await Promise.all(ids.map((after) => child.with({ after, afterFailure: 'run' }).delay()))
    // As a worker that died left them: one for the third time, one to be canceled, one that is rescued.
    await t.sql(
      `update factotum_jobs.job set state = 2, token = nextval('factotum_jobs.token'), worker = 77, started_at = now(),
         deaths = case when id = $1 then 2 else 0 end, suspect = true, alone = true, cancel_at = case when id = $2 then now() end
       where id = any ($3)`,
      [ids[0], ids[1], ids],
    )
    await t.sql('select factotum_jobs.rescue(77)')
    const states = (list: { id: string }[]) => Promise.all(list.map(({ id }) => stateOf(jobs, id)))
    expect(await states(parents)).toEqual(['failed', 'canceled', 'queued'])
    expect(await states(canceled)).toEqual(['canceled', 'canceled', 'deferred'])
    expect(await states(released)).toEqual(['queued', 'queued', 'deferred'])
  })
})

describe('waiting for a job that has ended already', () => {
  test('counts it as it ended', async () => {
    const { jobs, act } = manager()
    const worker = await t.worker(jobs)
    const good = await act.delay('good')
    const bad = await act.delay('fail')
    const dropped = await act.delayIn('1h', 'good')
    await dropped.cancel()
    await Promise.allSettled([good.result(), bad.result()])
    await worker.stop()
    const waiting = await act.delayIn('1h', 'good')
    const states = async (...after: { id: string }[]) => {
      const byDefault = await act.with({ after }).delay('good')
      const anyway = await act.with({ after, afterFailure: 'run' }).delay('good')
      return [await stateOf(jobs, byDefault.id), await stateOf(jobs, anyway.id)]
    }
    expect(await states(good)).toEqual(['queued', 'queued'])
    expect(await states(bad)).toEqual(['canceled', 'queued'])
    expect(await states(good, dropped)).toEqual(['canceled', 'queued'])
    expect(await states(waiting, good)).toEqual(['deferred', 'deferred'])
    expect(await states(waiting, bad)).toEqual(['canceled', 'deferred'])
    const many = await act.with({ after: good }).delayMany([['a'], ['b']])
    await t.worker(jobs)
    expect(await Promise.all(many.map((handle) => handle.result()))).toEqual(['a', 'b'])
  })

  test('in a failure that was retried by hand waits for it anew; what its failure canceled stays canceled', async () => {
    const jobs = t.manager()
    let good = false
    const moody = jobs.job('moody', async () => {
      if (!good) throw new Error('not yet')
    })
    const worker = await t.worker(jobs)
    const parent = await moody.delay()
    const before = await moody.with({ after: parent }).delay()
    await before.result().catch(() => {})
    await worker.stop()
    good = true
    await jobs.retry(parent.id)
    const after = await moody.with({ after: parent }).delay()
    expect(await stateOf(jobs, after.id)).toBe('deferred')
    await t.worker(jobs)
    await after.result()
    expect(await stateOf(jobs, before.id)).toBe('canceled')
  })

  test("its answer is null once history has dropped it, its name too; how it ended isn't", async () => {
    const { jobs, act } = manager()
    const collect = jobs.job('collect', async () => currentJob().parents())
    const worker = await t.worker(jobs)
    const [good, bad] = await act.delayMany([['good'], ['fail']])
    await Promise.allSettled([good?.result(), bad?.result()])
    await worker.stop()
    const collector = await collect.with({ after: [good ?? '', bad ?? ''], afterFailure: 'run' }).delay()
    await t.sql('truncate factotum_jobs.done, factotum_jobs.failed')
    await t.worker(jobs)
    expect(await collector.result()).toEqual([
      { id: good?.id, name: null, state: 'finished', result: null, error: null },
      { id: bad?.id, name: null, state: 'failed', result: null, error: null },
    ])
  })
})

describe("in the caller's transaction", () => {
  test('a flow exists exactly if that commits, and may wait for jobs of the same transaction', async () => {
    const { jobs, act } = manager()
    await t.worker(jobs)
    const client = await t.pool.connect()
    const flow = async () => {
      await client.query('begin')
      const first = await act.with({ client }).delay('first')
      return { first, child: await act.with({ client, after: first }).delay('child') }
    }
    const gone = await flow()
    await client.query('rollback')
    const kept = await flow()
    expect(await kept.child.status()).toBeNull()
    await client.query('commit')
    client.release()
    expect(await kept.child.result()).toBe('child')
    expect(await gone.child.status()).toBeNull()
    expect(await t.sql('select from factotum_jobs.dependency')).toHaveLength(1)
  })

  test('a job to wait for that is unknown is refused, and the transaction can go on', async () => {
    const { act } = manager()
    const client = await t.pool.connect()
    await client.query('begin')
    const refused = act.with({ client, after: '123456789' }).delay('good')
    await expect(refused).rejects.toThrow(JobError.NotFound)
    await expect(refused).rejects.toThrow('There is no job 123456789 to wait for')
    const kept = await act.with({ client }).delay('good')
    await client.query('commit')
    client.release()
    expect(await t.sql('select id from factotum_jobs.job')).toEqual([{ id: kept.id }])
  })

  test('an open one holds up the ends of what it waits for, and nothing else; nobody is stranded', async () => {
    const { jobs, act } = manager()
    const { passed, open } = gate()
    const slow = jobs.job('slow', async () => passed)
    await t.worker(jobs, { concurrency: 3 })
    const begins = begun(jobs)
    const parent = await slow.delay()
    const middle = await act.with({ after: parent }).delay('middle')
    await begins
    const client = await t.pool.connect()
    await client.query('begin')
    // It locks the middle, which the parent's end would release.
    const last = await act.with({ client, after: middle }).delay('last')
    open()
    await parent.result()
    expect(await (await act.delay('aside')).result()).toBe('aside')
    expect((await middle.status())?.state).toBe('deferred')
    await client.query('commit')
    client.release()
    expect(await last.result()).toBe('last')
    expect(await t.sql('select from factotum_jobs.dependency where not settled')).toEqual([])
  })
})

describe('what can be waited for', () => {
  test('is checked before anything is stored', async () => {
    const { act } = manager()
    const wrong = (options: object): Promise<unknown> =>
      act.with(JSON.parse(JSON.stringify(options))).delay('good')
    await expect(wrong({ after: 7 })).rejects.toThrow(
      'The after for a call of job "act" must be handles or ids of jobs; it is neither.',
    )
    await expect(wrong({ after: ['1', 'x'] })).rejects.toThrow('number 2 of the list is neither')
    await expect(wrong({ after: ['0'] })).rejects.toThrow(JobError.Invalid)
    await expect(wrong({ after: [null] })).rejects.toThrow(JobError.Invalid)
    await expect(wrong({ after: '1', afterFailure: 'ignore' })).rejects.toThrow('one of "cancel", "run"')
    await expect(wrong({ afterFailure: 'run' })).rejects.toThrow('goes with after only')
    await expect(wrong({ after: Array.from({ length: 10_001 }, (_, n) => `${n + 1}`) })).rejects.toThrow(
      'at most 10,000 jobs; it names 10,001',
    )
    await expect(wrong({ after: '1' })).rejects.toThrow('There is no job 1 to wait for')
    await expect(act.with({ after: '1' }).scheduleCron('@daily', 'good')).rejects.toThrow(
      `A schedule of job "act" can't wait for other jobs`,
    )
    expect(await t.sql('select from factotum_jobs.job')).toEqual([])
  })

  test('may be nothing, and one job twice', async () => {
    const { jobs, act } = manager()
    const free = await act.with({ after: [] }).delay('good')
    expect(await stateOf(jobs, free.id)).toBe('queued')
    const child = await act.with({ after: [free, free.id] }).delay('good')
    await t.worker(jobs)
    expect(await child.result()).toBe('good')
  })
})

test('what is kept of a flow goes with the history of its jobs', async () => {
  const { jobs, act } = manager()
  const stepped = jobs.job('stepped', async () => currentJob().step('one', () => 1))
  await t.worker(jobs)
  const first = await stepped.delay()
  const second = await stepped.with({ after: first }).delay()
  await second.result()
  const later = await act.with({ after: second }).delayIn('1h', 'good')
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
  const old = `done_${day(9).replaceAll('-', '')}`
  await t.sql(`create table factotum_jobs.${old} partition of factotum_jobs.done
    for values from ('${day(9)} 00:00+00') to ('${day(8)} 00:00+00')`)
  await t.sql(`update factotum_jobs.done set ended_at = ended_at - interval '9 days' where id = $1`, [
    second.id,
  ])
  await dropHistory(t.pool, 'factotum_jobs', keptDays())
  expect(await t.sql('select child, parent from factotum_jobs.dependency')).toEqual([
    { child: later.id, parent: second.id },
  ])
  expect(await t.sql('select job_id from factotum_jobs.step')).toEqual([{ job_id: first.id }])
})
