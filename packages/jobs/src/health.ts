import type { Engine } from './engine.ts'
import { health } from './sql/health.ts'

export interface JobHealth {
  /** No problem at all. */
  ok: boolean
  /** Milliseconds that the database took to answer; null where it didn't. */
  database: number | null
  /** Seconds that the oldest due job of any queue that is not paused has waited; null where none waits. */
  oldestWaiting: number | null
  workers: number
  /** Workers whose beat is older than 15 s and that nobody buried yet. */
  deadWorkers: number
  /** A sentence each. */
  problems: string[]
}

const answerWithin = 5_000

/** Never rejects: what is wrong is in `problems`. */
export async function checkHealth({ database, listener }: Engine): Promise<JobHealth> {
  const began = performance.now()
  try {
    const [row] = await within(
      answerWithin,
      database.query<{ oldest_waiting: number | null; workers: string; dead_workers: string }>(
        health(database.schema),
      ),
    )
    const deadWorkers = Number(row?.dead_workers ?? 0)
    const problems = [
      listener.problem && `${listener.problem.message} ${listener.problem.advice}`,
      deadWorkers > 0
        ? `${deadWorkers} worker(s) stopped beating; another worker will take over their jobs.`
        : null,
    ].filter((problem) => problem !== null)
    return {
      ok: problems.length === 0,
      database: performance.now() - began,
      oldestWaiting: row?.oldest_waiting ?? null,
      workers: Number(row?.workers ?? 0),
      deadWorkers,
      problems,
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error)
    return {
      ok: false,
      database: null,
      oldestWaiting: null,
      workers: 0,
      deadWorkers: 0,
      problems: [`The database does not answer: ${reason}.`],
    }
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
