import type { Duration } from './types.ts'

/** How many jobs of a queue may run, and start. */
export interface Limit<Per extends Duration = Duration> {
  /** At most so many at a time, over all workers. */
  running?: number
  /** At most so many in any interval of this length, wherever it begins. */
  starts?: { most: number; per: Per }
}

/** The limits of a queue, and those that hold for each limit key in it by itself. */
export interface QueueLimits<Per extends Duration = Duration> extends Limit<Per> {
  perKey?: Limit<Per>
}
