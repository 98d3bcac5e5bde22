import type { CanceledHow, Json } from './types.ts'

/** What a listener learns of a job. */
export interface JobNews {
  id: string
  name: string
  queue: string
  correlationId: string | null
}

/** The events of this process, and what comes with each. */
export interface JobEvents {
  started: JobNews & { attempt: number }
  progress: JobNews & { value: number; message: string | null }
  finished: JobNews & { result: Json; milliseconds: number }
  /** No further attempt. */
  failed: JobNews & { attempt: number; error: string; stack: string | null }
  /** An attempt failed; the next one is due after `delay` ms. */
  retrying: JobNews & { attempt: number; error: string; stack: string | null; delay: number }
  /** The handler asked to run again, `delay` ms from now; no attempt was spent. */
  snoozed: JobNews & { attempt: number; delay: number }
  /** Also of those that are canceled with a job that they wait for, in the process that stores its failure or cancel. */
  canceled: JobNews & { how: CanceledHow }
  /** Another worker owns the job now. */
  lost: JobNews
  /** A worker was declared dead, and its jobs were taken from it. */
  rescued: { worker: number; jobs: number }
  /** Something failed in the background; it will be tried again. Without a listener it is a process warning. */
  error: Error
}

export type JobEventName = keyof JobEvents
export type JobListener<Name extends JobEventName> = (event: JobEvents[Name]) => void

/** Listeners by event. A listener that throws harms neither the others nor the engine. */
export class Events {
  readonly #listeners: { [Name in JobEventName]?: Set<JobListener<Name>> } = {}

  on<Name extends JobEventName>(name: Name, listener: JobListener<Name>): void {
    this.#of(name).add(listener)
  }

  off<Name extends JobEventName>(name: Name, listener: JobListener<Name>): void {
    this.#of(name).delete(listener)
  }

  /** Whether it is worth making the event. */
  has(name: JobEventName): boolean {
    return (this.#listeners[name]?.size ?? 0) > 0
  }

  emit<Name extends JobEventName>(name: Name, event: JobEvents[Name]): void {
    for (const listener of this.#of(name)) {
      try {
        listener(event)
      } catch (error) {
        process.emitWarning(`A listener of the job event "${name}" threw: ${String(error)}`)
      }
    }
  }

  #of<Name extends JobEventName>(name: Name): Set<JobListener<Name>> {
    const there: Set<JobListener<Name>> | undefined = this.#listeners[name]
    if (there) return there
    const made = new Set<JobListener<Name>>()
    const all: { [N in Name]?: Set<JobListener<N>> } = this.#listeners
    all[name] = made
    return made
  }
}
