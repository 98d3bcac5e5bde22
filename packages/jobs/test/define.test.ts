import { expect, test } from 'vitest'
import { JobError } from '../src/errors.ts'
import { setting, until } from './setting.ts'

const t = setting()

test('a program without the handler enqueues; one with it runs the job', async () => {
  const web = t.manager()
  const handle = await web.define<[a: number, b: number], number>('add').delay(2, 3)
  const worker = t.manager()
  worker.define<[a: number, b: number], number>('add').handle((a, b) => a + b)
  await t.worker(worker)
  expect(await handle.result()).toBe(5)
})

test('calling a job without its handler, or giving it a second one, says what to do', async () => {
  const add = t.manager().define<[a: number], number>('add')
  await expect(add(1)).rejects.toThrow('The job "add" has no handler in this program')
  add.handle((a) => a)
  expect(await add(1)).toBe(1)
  expect(() => add.handle((a) => a)).toThrow(JobError.Conflict)
})

test('a job that no worker has a handler for waits, shows so, and costs the others nothing', async () => {
  const jobs = t.manager()
  const known = jobs.job('known', async () => 'done')
  await t.worker(jobs, { concurrency: 1 })
  const strange = await jobs.define('strange').delay()
  const handle = await known.delay()
  expect(await handle.result()).toBe('done')
  expect(await strange.status()).toMatchObject({ state: 'queued', parked: true })
  await until(async () => (await t.sql('select from factotum_jobs.job where state = 3')).length === 1)
  expect(await strange.status()).toMatchObject({ state: 'queued', parked: true })
})

test('a parked job runs as soon as a worker with its handler comes, in its old place', async () => {
  const jobs = t.manager()
  jobs.job('known', async () => {})
  await t.worker(jobs)
  const strange = t.manager().define<[n: number], number>('strange')
  const handles = await strange.delayMany([[0], [1], [2]])
  await until(async () => (await t.sql('select from factotum_jobs.job where state = 3')).length === 3)
  const other = t.manager()
  const seen: number[] = []
  other.job('strange', async (n: number) => seen.push(n))
  await t.worker(other, { concurrency: 1 })
  await Promise.all(handles.map((handle) => handle.result()))
  expect(seen).toEqual([0, 1, 2])
})

test('a handler that is given while the worker runs counts at once', async () => {
  const jobs = t.manager()
  jobs.job('known', async () => {})
  const late = jobs.define<[], string>('late')
  await t.worker(jobs)
  const handle = await late.delay()
  await until(async () => (await t.sql('select from factotum_jobs.job where state = 3')).length === 1)
  late.handle(() => 'here')
  expect(await handle.result()).toBe('here')
})

test('a job that another live worker handles is left to it, not parked', async () => {
  const [one, other] = [t.manager(), t.manager()]
  one.job('one', async () => {})
  other.job('other', async () => 'other ran it')
  await t.worker(one)
  const worker = await t.worker(other)
  const handle = await other.define<[], string>('unused').delay()
  expect((await handle.status())?.parked).toBe(true)
  const mine = await one.define<[], string>('other').delay()
  expect(await mine.result()).toBe('other ran it')
  await worker.stop()
})
