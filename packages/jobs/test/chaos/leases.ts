import type { History, Run, Trouble } from './history.ts'

/** For how long after a trouble a process may begin what it no longer owns: it has not heard of its loss yet. */
const aftermath = 3_000

/** A time in which a run surely held its job: nobody else may have had it. */
export interface Lease {
  run: Run
  from: number
  to: number
}

/**
 * The time in which a run surely owned its job: from its first line to its last, cut short where its process died, was
 * told that the job is given up, or fell into a trouble for which others may have taken it for dead. Null where it may
 * not have owned it to begin with. A blocked event loop, a wrong clock and a restarted database cut nothing short.
 */
export function leaseOf(history: History, run: Run): Lease | null {
  const troubles = troublesOf(history, run.process)
  if (troubles.some(({ from, to }) => from <= run.began && to + aftermath >= run.began)) return null
  const last = run.ended?.at ?? history.lastSeen.get(run.process) ?? run.began
  const ends = [
    last,
    run.told ?? last,
    ...troubles.filter(({ from }) => from > run.began).map(({ from }) => from),
  ]
  return { run, from: run.began, to: Math.min(...ends) }
}

const leasesOf = new WeakMap<History, Lease[]>()

/** All of a history, by their begin. */
export function leases(history: History): Lease[] {
  const known = leasesOf.get(history)
  if (known) return known
  const found = history.runs.flatMap((run) => leaseOf(history, run) ?? [])
  leasesOf.set(history, found)
  return found
}

/** A sandbox writes a history of its own; whether its job is its worker's is a matter of its worker. */
export const sandboxOf = (worker: string, sandbox: string) => `${worker}+${sandbox}`
export const isSandbox = (process: string) => process.includes('+')
const workerOf = (process: string) => process.split('+')[0] ?? process

/** While the driver itself doesn't get to run, no process's connections go through. */
function troublesOf({ troubles }: History, process: string): Trouble[] {
  return [workerOf(process), '*', 'driver'].flatMap((name) => troubles.get(name) ?? [])
}
