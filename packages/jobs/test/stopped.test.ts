import { once } from 'node:events'
import { expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { begun, fast, gate, said, setting, until } from './setting.ts'

const t = setting()

test.each(['finish', 'fail', 'snooze'])(
  'a worker that stood still until it was given up, and goes on (to %s), writes nothing about its job',
  async (end) => {
    const stopped = await t.child('stopped-process.ts', JSON.stringify(fast))
    const jobs = t.manager({ timing: fast })
    const handle = await jobs.define<[end: string], string>('long', { retries: 3 }).delay(end)
    await said(stopped, 'running')
    await until(async () => (await jobs.get(handle.id))?.log.length === 1)
    stopped.kill('SIGSTOP')

    const other = t.manager({ timing: fast })
    const { passed, open } = gate()
    other.job('long', async () => {
      currentJob().log('new')
      await passed
      return 'new'
    })
    const runs = begun(other)
    await t.worker(other, { concurrency: 1 })
    await runs
    await until(async () => (await jobs.get(handle.id))?.log.length === 2)

    const told = new Promise<unknown>((resolve) =>
      stopped.on('message', (message) => typeof message === 'object' && resolve(message)),
    )
    stopped.kill('SIGCONT')
    stopped.send('go on')
    expect(await told).toMatchObject({ step: 'job_lost' })
    if (end === 'finish') expect(await told).toMatchObject({ reason: 'job_lost', later: 'job_lost' })
    // It is on the list again, under another id: what it had is given up, and what it wrote is written or refused.
    await until(async () => (await jobs.workers()).length === 2)
    const job = await jobs.get(handle.id)
    expect(job).toMatchObject({ state: 'started', attempts: 0, error: null, failures: [], result: null })
    expect(job?.progress).not.toBeCloseTo(0.9)
    expect(job?.log.map(({ line }) => line)).toEqual(['old', 'new'])
    expect(await t.sql('select from factotum_jobs.step')).toEqual([])

    open()
    expect(await handle.result()).toBe('new')
    const ended = await jobs.get(handle.id)
    expect(ended).toMatchObject({ state: 'finished', result: 'new', attempts: 1, failures: [] })
    expect(ended?.log.map(({ line }) => line)).toEqual(['old', 'new'])
    stopped.disconnect()
    await once(stopped, 'exit')
  },
)
