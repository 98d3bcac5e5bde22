import { describe, expect, test } from 'vitest'
import { JobError } from '../src/errors.ts'
import { begun, gate, setting, until } from './setting.ts'

const t = setting()

const states = async () =>
  t.sql<{ state: string; count: number }>(
    'select state, count(*)::int as count from factotum_jobs.status group by state order by state',
  )

describe('bulk', () => {
  test('retries the failed jobs that match, oldest first, each under its id, and no others', async () => {
    const jobs = t.manager()
    let good = false
    const ran: number[] = []
    const moody = jobs.job('moody', async (n: number) => {
      if (!good) throw new Error(`not yet ${n}`)
      ran.push(n)
    })
    const other = jobs.job('other', async () => Promise.reject(new Error('no')))
    const worker = await t.worker(jobs, { concurrency: 1 })
    const handles = await moody.delayMany([[1], [2], [3], [4]])
    const left = await other.delay()
    await Promise.allSettled([...handles, left].map((handle) => handle.result()))

    const dry = await jobs.bulk('retry', { name: 'moody', text: 'not yet' }, { dryRun: true })
    expect(dry).toEqual({
      action: 'retry',
      dryRun: true,
      matched: 4,
      more: false,
      done: 0,
      canceling: 0,
      refused: [],
    })
    expect(await states()).toEqual([{ state: 'failed', count: 5 }])

    good = true
    expect(await jobs.bulk('retry', { name: 'moody' })).toMatchObject({
      dryRun: false,
      matched: 4,
      done: 4,
      refused: [],
    })
    await Promise.all(handles.map((handle) => handle.result()))
    expect(ran).toEqual([1, 2, 3, 4])
    expect((await left.status())?.state).toBe('failed')
    await worker.stop()
  })

  test('takes a job once, though it fails again while others wait for their batch', async () => {
    const jobs = t.manager()
    const bad = jobs.job('bad', async () => Promise.reject(new Error('no')))
    await t.worker(jobs, { concurrency: 50 })
    const handles = await bad.delayMany(Array.from({ length: 2_500 }, () => []))
    await Promise.allSettled(handles.map((handle) => handle.result()))
    expect(await jobs.bulk('retry', { all: true })).toMatchObject({
      matched: 2_500,
      done: 2_500,
      refused: [],
    })
    await until(async () => (await jobs.count({ state: 'failed' })).count === 2_500)
    const attempts = await t.sql(
      'select jsonb_array_length(failures) as n, count(*)::int from factotum_jobs.failed group by 1',
    )
    expect(attempts).toEqual([{ n: 2, count: 2_500 }])
  })

  test('cancels what waits, in whatever way, and tells what runs to stop', async () => {
    const jobs = t.manager()
    const canceled: string[] = []
    jobs.on('canceled', ({ id }) => canceled.push(id))
    const { passed, open } = gate()
    const long = jobs.job('long', async () => passed)
    const started = begun(jobs)
    await t.worker(jobs, { concurrency: 1 })
    const running = await long.delay()
    await started
    const waiting = [await long.with({ queue: 'apart' }).delay(), await long.delayIn('1h')]
    const many = await long.with({ queue: 'apart' }).delayMany(Array.from({ length: 1_500 }, () => []))
    const answer = await jobs.bulk('cancel', { name: 'long' })
    expect(answer).toMatchObject({ matched: 1_503, done: 1_502, canceling: 1, refused: [] })
    open()
    await until(async () => (await running.status())?.state === 'canceled')
    expect(await states()).toEqual([{ state: 'canceled', count: 1_503 }])
    expect(canceled).toHaveLength(1_503)
    expect(canceled).toEqual(expect.arrayContaining([...waiting, ...many].map(({ id }) => id)))
    expect(await jobs.bulk('cancel', { all: true })).toMatchObject({ matched: 0, done: 0 })
  })

  test('cancels jobs together with those that wait for them', async () => {
    const jobs = t.manager()
    const note = jobs.define('note')
    const parent = await note.delay()
    const child = await note.with({ after: parent }).delay()
    const stranger = await jobs.define('stranger').with({ after: child }).delay()
    expect(await jobs.bulk('cancel', { name: 'note' })).toMatchObject({ matched: 2, done: 2, refused: [] })
    await until(async () => (await stranger.status())?.state === 'canceled')
    expect(await states()).toEqual([{ state: 'canceled', count: 3 }])
  })

  test('counts why it could not: what others did first', async () => {
    const jobs = t.manager()
    const note = jobs.define('note')
    await note.delayMany([[], [], []])
    // Somebody else cancels two of them after the bulk has looked, and before it acts.
    await t.sql(`create function public.meddle() returns trigger language plpgsql as $$ begin
      if old.id % 2 = (select min(id) % 2 from factotum_jobs.job) then return null; end if; return old; end $$`)
    await t.sql(
      `create trigger meddle before delete on factotum_jobs.job for each row execute function public.meddle()`,
    )
    try {
      const answer = await jobs.bulk('cancel', { name: 'note' })
      expect(answer).toMatchObject({ matched: 3, done: 1 })
      expect(answer.refused).toEqual([{ reason: expect.stringContaining('try again'), count: 2 }])
    } finally {
      await t.sql('drop trigger meddle on factotum_jobs.job; drop function public.meddle')
    }
  })

  test('leaves alone what is made after it began', async () => {
    const jobs = t.manager()
    const note = jobs.define('note')
    await note.delayMany([[], []])
    // Each cancel makes another job, as a busy program might.
    await t.sql(`create function public.breed() returns trigger language plpgsql as $$ begin
      insert into factotum_jobs.job (run_at, state, priority, max_attempts, queue, name, args) values (now(), 1, 0, 1, 'default', 'note', '[]');
      return old; end $$`)
    await t.sql(
      `create trigger breed before delete on factotum_jobs.job for each row execute function public.breed()`,
    )
    try {
      expect(await jobs.bulk('cancel', { all: true })).toMatchObject({ matched: 2, done: 2 })
      expect(await jobs.count({ state: 'queued' })).toEqual({ count: 2, more: false })
    } finally {
      await t.sql('drop trigger breed on factotum_jobs.job; drop function public.breed')
    }
  })

  const bad: [string, object, string][] = [
    ['retry', {}, 'is empty. To retry every job there is, say so: { all: true }'],
    ['cancel', { queue: undefined }, 'is empty'],
    ['retry', { all: true, queue: 'a' }, 'not both'],
    ['retry', { all: 'yes' }, 'must be true'],
    ['retry', { state: 'finished' }, 'for jobs that are failed; its filter asks for finished ones'],
    ['cancel', { state: ['queued', 'failed'] }, 'asks for failed ones'],
    ['cancel', { queues: 'a' }, 'Did you mean "queue"?'],
    ['cancle', { all: true }, 'Did you mean "cancel"?'],
  ]
  test.each(bad)('%s of %o is refused, and nothing is done', async (action, filter, sentence) => {
    const jobs = t.manager()
    await jobs.define('note').delay()
    // What a program without types may say.
    const asked = () => Promise.resolve(Reflect.apply(jobs.bulk, jobs, [action, filter]))
    await expect(asked()).rejects.toThrow(JobError.Invalid)
    await expect(asked()).rejects.toThrow(sentence)
    expect(await states()).toEqual([{ state: 'queued', count: 1 }])
  })
})
