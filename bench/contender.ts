/** An engine under measurement, by its public door only. */
export interface Contender {
  /** As `--peers` takes it, and the table shows it. */
  readonly name: string
  readonly version: string
  /** What was set to its advantage; printed above the table. */
  readonly settings: string
  /** Where it keeps its jobs. */
  readonly store: 'postgres' | 'redis'
  /** How an idle worker learns of a job: told, by looking every so often, or not at all. */
  readonly hears: 'told' | 'polls' | 'never'
  /** Makes its tables in an empty database and answers a way to enqueue. */
  open(url: string): Promise<Caller>
  /** Runs jobs in this process; `onStart` is the whole of their work. */
  work(url: string, onStart: OnStart, options?: WorkOptions): Promise<Working>
}

/** A job ends when what this answers is done. */
export type OnStart = (n: number) => void | Promise<void>

export interface WorkOptions {
  /** Jobs at a time; default: what suits jobs of no work. */
  concurrency?: number
}

/** A program that enqueues. Each job has one small number as its argument. */
export interface Caller {
  /** Resolves when all are durable. */
  addMany(numbers: number[]): Promise<void>
  /** Resolves when it is durable. */
  addOne(n: number): Promise<void>
  /** Jobs that have not ended. */
  left(): Promise<number>
  close(): Promise<void>
}

/** A worker that was started. */
export interface Working {
  stop(): Promise<void>
}
