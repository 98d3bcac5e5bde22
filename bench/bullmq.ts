import { createPostgresBackend, Queue, Worker, withBackend } from 'bullmq'
import type { Caller, Contender, OnStart, Working } from './contender.ts'
import { versionOf } from './versions.ts'

const name = 'bench'
const version = versionOf('bullmq')
const onPostgres = withBackend(createPostgresBackend)

/** What both backends' queues and workers have. */
interface AnyQueue {
  waitUntilReady(): Promise<unknown>
  addBulk(jobs: { name: string; data: { n: number } }[]): Promise<unknown>
  add(name: string, data: { n: number }): Promise<unknown>
  getJobCountByTypes(...types: ('waiting' | 'active' | 'delayed' | 'prioritized')[]): Promise<number>
  on(event: 'error', listener: () => void): unknown
  close(): Promise<void>
}
interface AnyWorker {
  waitUntilReady(): Promise<unknown>
  on(event: 'error', listener: () => void): unknown
  close(): Promise<void>
}

/** BullMQ with its PostgreSQL backend. */
export const bullmqOnPostgres: Contender = {
  name: 'bullmq-postgres',
  version,
  settings: 'concurrency 50, pool of 10, addBulk of 1,000; completed jobs kept, as by default',
  store: 'postgres',
  hears: 'told',
  open: (url) => caller(new onPostgres.Queue<{ n: number }>(name, { connection: pool(url) })),
  work: (url, onStart, { concurrency = 50 } = {}) =>
    working(
      new onPostgres.Worker<{ n: number }>(name, (job) => run(job.data.n, onStart), {
        connection: pool(url),
        concurrency,
      }),
    ),
}

/** BullMQ with its Redis backend, on a server that answers after its log is on the disk. */
export const bullmqOnRedis: Contender = {
  name: 'bullmq-redis',
  version,
  settings: 'concurrency 100, addBulk of 1,000, ioredis; completed jobs kept, as by default',
  store: 'redis',
  hears: 'told',
  open: (url) => caller(new Queue<{ n: number }>(name, { connection: place(url) })),
  work: (url, onStart, { concurrency = 100 } = {}) =>
    working(
      new Worker<{ n: number }>(name, (job) => run(job.data.n, onStart), {
        connection: place(url),
        concurrency,
      }),
    ),
}

async function run(n: number, onStart: OnStart): Promise<void> {
  await onStart(n)
}

async function caller(queue: AnyQueue): Promise<Caller> {
  queue.on('error', () => {})
  await queue.waitUntilReady()
  return {
    async addMany(numbers) {
      await queue.addBulk(numbers.map((n) => ({ name, data: { n } })))
    },
    async addOne(n) {
      await queue.add(name, { n })
    },
    left: () => queue.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized'),
    close: () => queue.close(),
  }
}

async function working(worker: AnyWorker): Promise<Working> {
  worker.on('error', () => {})
  await worker.waitUntilReady()
  return { stop: () => worker.close() }
}

const pool = (url: string) => ({ connectionString: url, max: 10, migrate: true })

function place(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}
