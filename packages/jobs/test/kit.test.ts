import { AssertionError } from 'node:assert'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { JobError } from '../src/errors.ts'
import { advance, clear, drain, enqueued, expectEnqueued } from '../src/testing/index.ts'
import { gate, setting } from './setting.ts'

const t = setting()

describe('drain', () => {
  test('runs all that is due, and what that enqueues, until nothing is due', async () => {
    const jobs = t.manager()
    const ran: string[] = []
    const leaf = jobs.job('leaf', async (name: string) => void ran.push(name), { queue: 'leaves' })
    const tree = jobs.job('tree', async (depth: number) => {
      ran.push(`tree ${depth}`)
      await leaf.with({ queue: `at ${depth}` }).delay(`leaf ${depth}`)
      if (depth > 1) await tree.delay(depth - 1)
    })
    await tree.delay(3)
    const drained = await drain(jobs)
    expect(ran.toSorted()).toEqual(['leaf 1', 'leaf 2', 'leaf 3', 'tree 1', 'tree 2', 'tree 3'])
    expect(drained.finished).toHaveLength(6)
    expect(drained).toMatchObject({ failed: [], retrying: [], snoozed: [], canceled: [] })
    expect(await jobs.workers()).toEqual([])
  })

  test('of nothing is nothing, and starts no worker', async () => {
    const jobs = t.manager()
    jobs.job('note', () => {})
    expect((await drain(jobs)).finished).toEqual([])
    expect(await t.sql('select from factotum_jobs.worker')).toEqual([])
  })

  test('runs one job at a time, in order, unless told otherwise', async () => {
    const jobs = t.manager()
    const ran: number[] = []
    let atWork = 0
    let most = 0
    const note = jobs.job('note', async (n: number) => {
      most = Math.max(most, ++atWork)
      await new Promise((resolve) => setTimeout(resolve, 1))
      ran.push(n)
      atWork--
    })
    const calls = Array.from({ length: 20 }, (_, n): [number] => [n])
    await note.delayMany(calls)
    await drain(jobs)
    expect(ran).toEqual(calls.flat())
    expect(most).toBe(1)
  })

  test('leaves what is due later, has no handler here, is paused or in another queue', async () => {
    const jobs = t.manager()
    const ran: string[] = []
    const note = jobs.job('note', async (name: string) => void ran.push(name))
    const strange = await jobs.define('strange').delay()
    const later = await note.delayIn('1h', 'later')
    const paused = await note.with({ queue: 'paused' }).delay('paused')
    await jobs.pause('paused')
    const other = await note.with({ queue: 'other' }).delay('other')
    await note.delay('now')
    await drain(jobs, { queues: ['default', 'paused'] })
    expect(ran).toEqual(['now'])
    const left = await Promise.all([strange, later, paused, other].map((handle) => handle.status()))
    expect(left.map((status) => status?.state)).toEqual(['queued', 'scheduled', 'queued', 'queued'])
    await drain(jobs)
    expect(ran).toEqual(['now', 'other'])
  })

  test('runs jobs of one key one after the other, and leaves what a key or a limit holds back', async () => {
    const jobs = t.manager()
    const ran: string[] = []
    const note = jobs.job('note', async (name: string) => void ran.push(name))
    const flaky = jobs.job('flaky', async () => Promise.reject(new Error('busy')), { retries: 1 })
    await note.with({ serialKey: 'a' }).delayMany([['a1'], ['a2'], ['a3']])
    await flaky.with({ serialKey: 'b' }).delay()
    const behind = await note.with({ serialKey: 'b' }).delay('b2')
    await jobs.setLimits('slow', { starts: { most: 1, per: '1h' } })
    const [, limited] = await note.with({ queue: 'slow' }).delayMany([['slow 1'], ['slow 2']])
    await drain(jobs, { failures: 'return', concurrency: 5 })
    expect(ran.filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
    expect(ran.toSorted()).toEqual(['a1', 'a2', 'a3', 'slow 1'])
    expect((await behind.status())?.state).toBe('queued')
    expect((await limited?.status())?.state).toBe('queued')
    await advance(jobs, '1m', { failures: 'return' })
    expect(ran).toContain('b2')
    expect(ran).not.toContain('slow 2')
  })

  test('rejects where an attempt failed, with the error as it was thrown', async () => {
    const jobs = t.manager()
    const thrown = new RangeError('no such page')
    const bad = jobs.job('bad', async () => Promise.reject(thrown))
    const flaky = jobs.job('flaky', async () => Promise.reject(new Error('busy')), { retries: 3 })
    const good = jobs.job('good', async () => 'done')
    const first = await bad.delay()
    await flaky.delay()
    const last = await good.delay()
    const refused = drain(jobs)
    await expect(refused).rejects.toThrow(JobError.Failed)
    await expect(refused).rejects.toThrow(
      `2 attempts failed:\n- bad (job ${first.id}, attempt 1): RangeError: no such page\n- flaky (job `,
    )
    await expect(refused).rejects.toMatchObject({ cause: thrown })
    expect((await last.status())?.state).toBe('finished')
  })

  test('answers failures where that is what is tested', async () => {
    const jobs = t.manager()
    const bad = jobs.job('bad', async () => Promise.reject(new Error('busy')), { retries: 1 })
    const handle = await bad.delay()
    const drained = await drain(jobs, { failures: 'return' })
    expect(drained.failed).toEqual([])
    expect(drained.retrying).toMatchObject([{ id: handle.id, attempt: 1, error: 'busy' }])
    expect((await handle.status())?.state).toBe('scheduled')
  })

  test('says what still runs when its time is over, and takes it from its handler', async () => {
    const jobs = t.manager()
    const { passed, open } = gate()
    const stuck = jobs.job('stuck', () => passed)
    const handle = await stuck.delay()
    const refused = drain(jobs, { timeout: 1_500 })
    await expect(refused).rejects.toThrow(JobError.Timeout)
    await expect(refused).rejects.toThrow(
      `After 1500 ms there is still work that is due: stuck ${handle.id} (claimed).`,
    )
    expect((await handle.status())?.state).toBe('queued')
    expect(await jobs.workers()).toEqual([])
    open()
  })

  test('refuses options that do not exist', async () => {
    const call = drain(t.manager(), JSON.parse('{"queue":["default"]}'))
    await expect(call).rejects.toThrow('There is no option "queue" of a drain. Did you mean "queues"?')
  })
})

describe('advance', () => {
  test('runs what comes due on the way, in the order of its times, and leaves the rest that much nearer', async () => {
    const jobs = t.manager()
    const ran: string[] = []
    const note = jobs.job('note', async (name: string) => void ran.push(name))
    const chain = jobs.job('chain', async () => {
      ran.push('chain')
      await note.delayIn('20m', 'chained')
      await note.delayIn('2h', 'too late')
    })
    await note.delayIn('50m', 'second')
    await chain.delayIn('10m')
    const later = await note.delayIn('3h', 'third')
    await advance(jobs, '1h')
    expect(ran).toEqual(['chain', 'chained', 'second'])
    const [row] = await t.sql<{ minutes: number }>(
      'select extract(epoch from run_at - now())::float8 / 60 as minutes from factotum_jobs.job where id = $1',
      [later.id],
    )
    expect(row?.minutes).toBeGreaterThan(118)
    expect(row?.minutes).toBeLessThanOrEqual(120)
    await advance(jobs, { hours: 2 })
    expect(ran).toEqual(['chain', 'chained', 'second', 'too late', 'third'])
  })

  test('brings attempts and snoozed jobs to their end', async () => {
    const jobs = t.manager()
    const seen: string[] = []
    const odd = jobs.job(
      'odd',
      async () => {
        seen.push(currentJob().scheduledFor.toISOString())
        if (seen.length === 1) throw new JobError.Snooze('6h')
        if (seen.length < 4) throw new Error('busy')
        return 'done'
      },
      { retries: 2, backoff: 'fixed', backoffDelay: '1h' },
    )
    const handle = await odd.delayUntil(new Date('2021-02-03T04:05:06Z'))
    const drained = await advance(jobs, '9h', { failures: 'return' })
    expect(await handle.result()).toBe('done')
    expect(drained).toMatchObject({
      snoozed: [{ delay: 21_600_000 }],
      retrying: [{ attempt: 1 }, { attempt: 2 }],
    })
    expect(new Set(seen)).toEqual(new Set(['2021-02-03T04:05:06.000Z']))
  })

  test('keeps the time that a job is meant for', async () => {
    const jobs = t.manager()
    const when = new Date(Date.now() + 86_400_000)
    const tell = jobs.job('tell', () => currentJob().scheduledFor.toISOString())
    const handle = await tell.delayUntil(when)
    await advance(jobs, '2d')
    expect(await handle.result()).toBe(when.toISOString())
  })

  test('by what is no time is refused', async () => {
    await expect(advance(t.manager(), 'soon')).rejects.toThrow("The time to advance by can't be 'soon'")
  })
})

describe('enqueued', () => {
  test('lists what was enqueued with its arguments, in whatever state', async () => {
    const jobs = t.manager()
    const mail = jobs.job('mail', async (to: string, copies = 1) => `${to} ${copies}`, { queue: 'mail' })
    const other = jobs.define('other')
    await mail.delay('ada@example.com')
    await drain(jobs)
    await mail.with({ priority: 5 }).delayIn('1h', 'bob@example.com', 2)
    await other.delay()
    const all = await enqueued(jobs, mail)
    expectTypeOf(all[0]?.args).toEqualTypeOf<[to: string, copies?: number] | undefined>()
    expect(all).toMatchObject([
      { args: ['ada@example.com'], state: 'finished', result: 'ada@example.com 1' },
      { args: ['bob@example.com', 2], state: 'scheduled', priority: 5, queue: 'mail' },
    ])
    expect((await enqueued(jobs)).map(({ name }) => name)).toEqual(['mail', 'mail', 'other'])
  })

  test('expectEnqueued answers the job with these arguments', async () => {
    const jobs = t.manager()
    const mail = jobs.define<[to: { name: string; tags?: string[] }, copies?: number]>('mail')
    await mail.delay({ name: 'Bob' }, 2)
    const handle = await mail.with({ correlationId: 'r-1' }).delay({ name: 'Ada', tags: ['a'] })
    const job = await expectEnqueued(jobs, mail, { tags: ['a'], name: 'Ada' })
    expect(job).toMatchObject({ id: handle.id, correlationId: 'r-1' })
    // @ts-expect-error a name is text
    await expect(expectEnqueued(jobs, mail, { name: 3 })).rejects.toThrow(AssertionError)
  })

  test('expectEnqueued tells what was enqueued instead', async () => {
    const jobs = t.manager()
    const mail = jobs.define<[to: string]>('mail')
    await expect(expectEnqueued(jobs, mail, 'Ada')).rejects.toThrow(
      'There is no job "mail" with the arguments ["Ada"]. There is none at all.',
    )
    await mail.delay('Bob')
    await mail.delay('Cleo')
    const refused = expectEnqueued(jobs, mail, 'Ada')
    await expect(refused).rejects.toThrow('There are:\n- ["Bob"]\n- ["Cleo"]')
    await expect(refused).rejects.toMatchObject({ actual: [['Bob'], ['Cleo']], expected: [['Ada']] })
  })
})

test('clear leaves neither a job nor a schedule, and the tables work as before', async () => {
  const jobs = t.manager()
  const note = jobs.job('note', async () => currentJob().log('ran'))
  await note.delay()
  await drain(jobs)
  await note.delayIn('1h')
  await note.scheduleCron('0 0 * * *')
  await clear(jobs)
  expect(await enqueued(jobs)).toEqual([])
  expect(await jobs.schedules()).toEqual([])
  await note.delay()
  expect((await drain(jobs)).finished).toHaveLength(1)
})
