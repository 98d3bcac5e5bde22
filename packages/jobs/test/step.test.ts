import { expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { JobError } from '../src/errors.ts'
import { begun, fast, gate, setting, until } from './setting.ts'

const t = setting()

test('a step that is done is not done again, by a retry and by a retry by hand', async () => {
  const jobs = t.manager()
  const done: string[] = []
  const order = jobs.job(
    'order',
    async (id: string) => {
      const job = currentJob()
      const { charge } = await job.step('charge', async () => {
        done.push('charge')
        return { charge: `${id}-${done.length}` }
      })
      const sent = await job.step('send', () => {
        done.push('send')
        if (done.length < 4) throw new Error('no connection')
        return done.length
      })
      return { charge, sent }
    },
    { retries: 1, backoff: 'fixed', backoffDelay: 5 },
  )
  await t.worker(jobs)
  const handle = await order.delay('a')
  await expect(handle.result()).rejects.toThrow('no connection')
  expect(done).toEqual(['charge', 'send', 'send'])
  await jobs.retry(handle.id)
  expect(await handle.result()).toEqual({ charge: 'a-1', sent: 4 })
  expect(done).toEqual(['charge', 'send', 'send', 'send'])
  expect((await jobs.get(handle.id))?.steps).toEqual([
    { name: 'charge', result: { charge: 'a-1' }, at: expect.any(Date) },
    { name: 'send', result: 4, at: expect.any(Date) },
  ])
})

test('nor by another worker, when its own has died', async () => {
  const child = await t.child('worker-process.ts', JSON.stringify(fast))
  const jobs = t.manager({ timing: fast })
  const handle = await jobs.define<[], string>('step and hang').delay()
  await until(async () => (await jobs.get(handle.id))?.steps.length === 1)
  const saver = t.manager({ timing: fast })
  saver.job('step and hang', () => currentJob().step('first', () => 'done by the other'))
  await t.worker(saver)
  child.kill('SIGKILL')
  expect(await handle.result()).toBe(`done by ${child.pid}`)
})

test('a name twice in one run is done once, also side by side', async () => {
  const jobs = t.manager()
  let done = 0
  const twice = jobs.job('twice', async () => {
    const job = currentJob()
    const step = () => job.step('one', async () => ++done)
    return [...(await Promise.all([step(), step()])), await step()]
  })
  await t.worker(jobs)
  expect(await (await twice.delay()).result()).toEqual([1, 1, 1])
})

test('the first run sees of an answer what later ones will see', async () => {
  const jobs = t.manager()
  const mixed = jobs.job('mixed', async () => {
    const job = currentJob()
    return [
      await job.step('nothing', () => {}),
      await job.step('partly', () => ({ here: 1, absent: undefined })),
      await job.step('odd', () => 'a\0b'),
    ]
  })
  await t.worker(jobs)
  expect(await (await mixed.delay()).result()).toEqual([null, { here: 1 }, 'a\\u0000b'])
})

test.each([
  [
    'an answer that is not JSON',
    () => currentJob().step('when', () => new Date()),
    'answer of step "when" is a Date',
  ],
  ['a name that is none', () => currentJob().step('', () => 1), 'The name of a step must be text'],
  [
    'work that is none',
    () => currentJob().step('one', JSON.parse('1')),
    'The step "one" must be given a function',
  ],
])('%s is refused', async (_what, handler, sentence) => {
  const jobs = t.manager()
  const bad = jobs.job('bad', handler)
  await t.worker(jobs)
  const handle = await bad.delay()
  await expect(handle.result()).rejects.toThrow(sentence)
  expect(await t.sql('select from factotum_jobs.step')).toEqual([])
})

test('a step that threw may be taken again in the same run', async () => {
  const jobs = t.manager()
  let tries = 0
  const stubborn = jobs.job('stubborn', async () => {
    const job = currentJob()
    const step = () =>
      job.step('one', () => {
        if (++tries < 3) throw new Error('not yet')
        return tries
      })
    return step().catch(step).catch(step)
  })
  await t.worker(jobs)
  expect(await (await stubborn.delay()).result()).toBe(3)
})

test('a worker that lost its job stores no step, and its handler learns it', async () => {
  const jobs = t.manager()
  const { passed, open } = gate()
  const { passed: told, open: tell } = gate<unknown>()
  const long = jobs.job('long', async () => {
    const job = currentJob()
    await job.step('mine', () => 1)
    await job
      .step('not mine', async () => {
        await passed
        return 2
      })
      .catch(tell)
    await job.step('nor this', () => 3)
  })
  await t.worker(jobs)
  const begins = begun(jobs)
  const handle = await long.delay()
  await begins
  await until(async () => (await jobs.get(handle.id))?.steps.length === 1)
  await t.sql(
    `with other as (
       insert into factotum_jobs.worker (concurrency, name, queues, names) values (1, 'other', '{}', '{}') returning id
     )
     update factotum_jobs.job set token = nextval('factotum_jobs.token'), worker = (select id from other)`,
  )
  open()
  expect(await told).toBeInstanceOf(JobError.Lost)
  expect((await jobs.get(handle.id))?.steps.map(({ name }) => name)).toEqual(['mine'])
})

test("a step waits for a stranger's lock on its job, and is then stored", async () => {
  const jobs = t.manager()
  const { passed, open } = gate()
  const held = jobs.job('held', async () => {
    await passed
    return currentJob().step('one', () => 1)
  })
  await t.worker(jobs)
  const begins = begun(jobs)
  const handle = await held.delay()
  await begins
  const stranger = await t.pool.connect()
  await stranger.query('begin')
  await stranger.query('select from factotum_jobs.job for update')
  open()
  await new Promise((resolve) => setTimeout(resolve, 200))
  await stranger.query('rollback')
  stranger.release()
  expect(await handle.result()).toBe(1)
})

test('a job whose time is over takes no further step', async () => {
  const jobs = t.manager()
  const { passed, open } = gate<unknown>()
  const slow = jobs.job(
    'slow',
    async () => {
      const job = currentJob()
      await new Promise((resolve) => job.signal.addEventListener('abort', resolve))
      await job.step('late', () => 1).catch(open)
    },
    { timeout: 50 },
  )
  await t.worker(jobs)
  const handle = await slow.delay()
  expect(await passed).toBeInstanceOf(JobError.Timeout)
  await expect(handle.result()).rejects.toThrow('timeout')
  expect(await t.sql('select from factotum_jobs.step')).toEqual([])
})
