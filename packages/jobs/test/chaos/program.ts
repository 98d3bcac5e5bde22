import { JobManager } from '../../src/index.ts'
import { Recorder } from './recorder.ts'

/** What the driver tells a program that it starts. */
export interface Orders {
  /** By its own way through the proxy. */
  url: string
  folder: string
  name: string
  seed: number
}

/** Deaths are noticed within two seconds; every other time is in proportion. */
export const timing = { beat: 300, dead: 1_500, poll: 500, cancelGrace: 400, report: 100, upkeep: 2_000 }

/** How a handler that is asked to ends its process: no other way of ending by itself is allowed. */
export const exitCode = 77

/** Begins a program of the chaos: it records, ends with the driver, and stops when it is told. */
export function begin(): { orders: Orders; recorder: Recorder; jobs: JobManager } {
  const orders: Orders = JSON.parse(process.argv[2] ?? '')
  const recorder = new Recorder(orders.folder, orders.name)
  // For its sandboxes.
  Object.assign(process.env, { CHAOS_FOLDER: orders.folder, CHAOS_NAME: orders.name })
  recorder.pulse(orders.folder)
  const jobs = new JobManager({ connectionString: orders.url, timing, migrate: false })
  jobs.on('error', (error) => {
    const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
    recorder.write({ kind: 'note', text: `${error.message}${cause}` })
  })
  process.on('disconnect', () => process.exit())
  return { orders, recorder, jobs }
}

/** Resolves when the driver asks the program to end. */
export function asked(): Promise<void> {
  return new Promise((resolve) => {
    process.on('message', (message) => message === 'stop' && resolve())
  })
}

/** Tries until it succeeds: the database may be away just now. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}
