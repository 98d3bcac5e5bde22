import type { JobManager } from '@factotum/jobs'
import type { Pool } from 'pg'
import type { Cache } from '../cache/index.ts'
import type { HttpServer } from '../http/index.ts'

/** What this process counts of itself, as Prometheus reads it. */
export interface Metrics {
  /** All figures as text, and of which type that is. */
  read(): Promise<{ text: string; type: string }>
  /** Measures requests to a server; before all other hooks. */
  requests(app: HttpServer): void
  /** Counts how runs end in this process, and tells what waits in all queues. */
  jobs(jobs: JobManager): void
  pool(pool: Pool): void
  cache(cache: Pick<Cache, 'figures'>): void
  /** Counts a connection over which live events are heard; the answer is called once it has ended. */
  liveOpened(kind: 'socket' | 'sse'): () => void
}

/** Its library is loaded while others wait for the database. */
export async function openMetrics(version: string): Promise<Metrics> {
  const { createMetrics } = await import('./create.ts')
  return createMetrics(version)
}
