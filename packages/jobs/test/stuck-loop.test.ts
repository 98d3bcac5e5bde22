import { once } from 'node:events'
import { expect, test } from 'vitest'
import { fast, said, setting, sleep, until } from './setting.ts'

const t = setting()
const timing = JSON.stringify(fast)
const block = () => t.manager({ timing: fast }).define<[ms: number], string>('block')
const forMinutes = 600_000

test('a process whose loop is stuck past the longest timeout of its jobs ends itself, and others take them', async () => {
  const stuck = await t.child('worker-process.ts', timing)
  const handle = await block().with({ timeout: 300 }).delay(forMinutes)
  await said(stuck, 'blocking')
  const [code, signal] = await once(stuck, 'exit')
  expect([code, signal]).toEqual([null, 'SIGKILL'])
  const saver = t.manager({ timing: fast })
  saver.job('block', async () => 'saved')
  await t.worker(saver)
  expect(await handle.result()).toBe('saved')
  expect(await handle.status()).toMatchObject({ state: 'finished', attempts: 1 })
})

test('a job that does it three times is quarantined, with the reason', async () => {
  const handle = await block().with({ timeout: 100, retries: 9 }).delay(forMinutes)
  for (let deaths = 0; deaths < 3; deaths++) {
    const stuck = await t.child('worker-process.ts', timing)
    if (stuck.exitCode === null && stuck.signalCode === null) await once(stuck, 'exit')
  }
  const last = t.manager({ timing: fast })
  last.job('block', async () => 'saved')
  await t.worker(last)
  await expect(handle.result()).rejects.toThrow('Quarantined: the worker died under this job 3 times')
  expect(await handle.status()).toMatchObject({ state: 'failed', attempts: 0 })
}, 60_000)

test('while a job without a timeout runs, nothing is ended', async () => {
  const jobs = t.manager({ timing: fast })
  const child = await t.child('worker-process.ts', timing)
  const hanging = await jobs.define('hang').delay()
  await until(async () => (await hanging.status())?.state === 'started')
  const handle = await block().with({ timeout: 100 }).delay(4_000)
  // Its timer fires only once the loop is free, and by then it has answered.
  expect(await handle.result()).toBe(handle.id)
  expect(child.exitCode).toBeNull()
  expect(child.signalCode).toBeNull()
})

test('a process that was only stopped is not stuck', async () => {
  const child = await t.child('worker-process.ts', timing)
  const handle = await t.manager({ timing: fast }).define('nap').with({ timeout: 500 }).delay()
  await said(child, 'napping')
  child.kill('SIGSTOP')
  await sleep(3_000)
  child.kill('SIGCONT')
  await handle.result().catch(() => {})
  await sleep(1_000)
  expect(child.exitCode).toBeNull()
  expect(child.signalCode).toBeNull()
})
