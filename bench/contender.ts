/** An engine under measurement, by its public door only. */
export interface Contender {
  readonly name: string
  /** What was set to its advantage; printed below the table. */
  readonly settings: string
  /** Whether enqueuing wakes an idle worker; without that there is no latency to measure. */
  readonly wakes: boolean
  /** Makes its tables in an empty database and answers a way to enqueue. */
  open(url: string): Promise<Caller>
  /** Runs jobs in this process; `onStart` is the whole of their work. */
  work(url: string, onStart: (n: number) => void): Promise<Working>
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
