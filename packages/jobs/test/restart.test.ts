import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@factotum/postgres'
import { afterAll, expect, test } from 'vitest'
import { JobManager } from '../src/job-manager.ts'
import { fast, until } from './setting.ts'

const folder = await mkdtemp(join(tmpdir(), 'factotum-jobs-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a database killed in the middle of work loses no job that was acknowledged, and has none run to its end twice', async () => {
  const server = await startPostgres({ folder, dieWithParent: true })
  const jobs = new JobManager({ connectionString: server.url, timing: fast })
  jobs.on('error', () => {})
  const work = jobs.job('work', async (n: number) => {
    await new Promise((resolve) => setTimeout(resolve, 2))
    return n
  })
  await jobs.migrate()
  await jobs.worker({ concurrency: 10 }).start()

  const acknowledged: string[] = []
  let enqueuing = true
  const callers = Array.from({ length: 5 }, async () => {
    while (enqueuing) {
      const handle = await work.delay(acknowledged.length).catch(() => null)
      if (handle) acknowledged.push(handle.id)
      else await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })
  for (let kills = 1; kills <= 2; kills++) {
    const { pid } = server
    const soFar = acknowledged.length
    await until(() => acknowledged.length > soFar + 300)
    process.kill(pid, 'SIGKILL')
    await until(() => server.pid !== pid)
  }
  const soFar = acknowledged.length
  await until(() => acknowledged.length > soFar + 300)
  enqueuing = false
  await Promise.all(callers)

  const unended = async () =>
    (await jobs.queues()).reduce((sum, { queued, started }) => sum + queued + started, 0)
  await until(async () => (await unended().catch(() => 1)) === 0, 40_000)
  const ended = new Map<string, string>()
  for (let before: string | undefined; ; ) {
    const page = await jobs.list({}, { limit: 1_000, ...(before ? { before } : {}) })
    for (const { id, state } of page.jobs) {
      expect(ended.has(id)).toBe(false)
      ended.set(id, state)
    }
    if (!page.next) break
    before = page.next
  }
  expect(acknowledged.filter((id) => ended.get(id) !== 'finished')).toEqual([])
  await jobs.close()
  await server.stop()
}, 90_000)
