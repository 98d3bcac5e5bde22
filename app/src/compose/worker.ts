import type { Context } from '../platform/context.ts'
import type { Stops } from './stops.ts'

/** Time that running jobs have to end when the program is told to stop. */
export const jobGrace = '10s'

export interface WorkerRole {
  /** Default: all queues of the features' jobs. */
  queues?: string[]
  /** Jobs at a time; default 10. */
  concurrency?: number
}

export async function startWorker({ jobs, log }: Context, role: WorkerRole, stops: Stops): Promise<void> {
  const { queues = jobs.definedQueues(), concurrency = 10 } = role
  const worker = jobs.worker({ queues, concurrency })
  stops.add('worker', () => worker.stop({ grace: jobGrace }))
  await worker.start()
  log.debug({ queues, concurrency }, 'the worker runs')
}
