/** What is about to be enqueued. */
export interface EnqueueCall {
  name: string
  queue: string
  /** How many jobs. */
  count: number
  correlationId: string | null
  /**
   * Goes with the jobs to each of their runs, as `RunCall.context`, wherever that is: such as a trace's `traceparent`. A
   * hook sets it before it calls `next`; null for none. At most 1,000 characters.
   */
  context: string | null
}

/** What is about to run. */
export interface RunCall {
  id: string
  name: string
  queue: string
  attempt: number
  correlationId: string | null
  /** What a hook around its enqueuing gave it; null for nothing. */
  context: string | null
}

/** Code around enqueuing and running, for tracing. Each must call `next` once and answer what it answers. */
export interface Hooks {
  enqueue?: <T>(call: EnqueueCall, next: () => Promise<T>) => Promise<T>
  run?: <T>(call: RunCall, next: () => Promise<T>) => Promise<T>
}

/** Wraps `work` in the hooks of one kind, the first registered outermost. */
export function around<Call, T>(
  hooks: readonly (<R>(call: Call, next: () => Promise<R>) => Promise<R>)[],
  call: Call,
  work: () => Promise<T>,
): Promise<T> {
  let next = work
  for (const hook of hooks.toReversed()) {
    const inner = next
    next = () => hook(call, inner)
  }
  return next()
}
