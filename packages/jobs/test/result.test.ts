import { expect, test } from 'vitest'
import { begun, gate, setting, sleep, until } from './setting.ts'

const t = setting()

test('whoever waits for a job that a stranger has locked is told of its end all the same', async () => {
  const jobs = t.manager()
  const { passed, open } = gate()
  const slow = jobs.job('slow', async () => {
    await passed
    return 'done'
  })
  const runs = begun(jobs)
  await t.worker(jobs)
  const handle = await slow.delay()
  await runs
  const stranger = await t.pool.connect()
  await stranger.query('begin')
  await stranger.query('select from factotum_jobs.job for update')
  const result = handle.result()
  // The looks that mark the job fall into this time, and pass over its row.
  await sleep(1_000)
  await stranger.query('commit')
  stranger.release()
  await until(async () => (await t.sql('select from factotum_jobs.job where awaited')).length === 1)
  open()
  expect(await result).toBe('done')
})
