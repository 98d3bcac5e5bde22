import { currentJob, JobManager } from '@factotum/jobs'
import type { TestDatabase } from '@factotum/postgres/testing'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLive, type Live, type LiveEvent } from '../live/index.ts'
import { connect, type OpenDatabase } from '../platform/database/index.ts'
import { appDatabase } from '../platform/database/testing.ts'
import { jobFeed } from './job-feed.ts'

let test: TestDatabase
let database: OpenDatabase
let jobs: JobManager
let live: Live

beforeAll(async () => {
  test = await appDatabase()
  database = connect(test.url)
  jobs = new JobManager({ connectionString: test.url, migrate: false })
  live = createLive({
    pool: database.pool,
    listenUrl: test.url,
    feeds: [jobFeed(jobs)],
    log: pino({ level: 'silent' }),
  })
  await live.start()
})
afterAll(async () => {
  await live.stop()
  await jobs.close()
  await database.close()
  await test.drop()
})

describe('The changes of a job', () => {
  it('are live events about it when somebody follows it, each once and in order', async () => {
    const paint = jobs.job('paint', async (color: string) => {
      await currentJob().progress(0.5, `half ${color}`)
      return color
    })
    const seen: LiveEvent[] = []
    const subscription = await live.subscribe(
      { topics: ['jobs'] },
      { events: (batch) => void seen.push(...batch), reset() {} },
    )
    const worker = jobs.worker({ queues: ['default'], concurrency: 1 })
    await worker.start()
    await paint.delay('grey')
    const job = await paint.with({ follow: true }).delay('red')

    const details = () => seen.map(({ detail }) => detail)
    await expect
      .poll(details, { timeout: 10_000 })
      .toContainEqual(expect.objectContaining({ state: 'finished' }))
    expect(new Set(seen.map(({ subject, type }) => `${type} ${subject}`))).toEqual(
      new Set([`changed job:${job.id}`]),
    )
    expect(details()).toContainEqual({
      id: job.id,
      name: 'paint',
      queue: 'default',
      state: 'started',
      progress: 0.5,
      message: 'half red',
      at: expect.any(String),
    })
    expect(details().at(-1)).toMatchObject({ state: 'finished' })
    expect(new Set(details().map((detail) => JSON.stringify(detail))).size).toBe(seen.length)
    subscription.close()
    await worker.stop({ grace: 0 })
  })
})
