import { url } from 'node:inspector'
import { isMainThread } from 'node:worker_threads'

/** What the threads that beat see of this process's event loop; `beat-thread.mjs` reads it by the same numbers. */
const cells = new Int32Array(new SharedArrayBuffer(5 * 4))
/** Counts up while the loop turns. */
const turns = 0
/** Running jobs without a timeout. */
const unlimited = 1
/** Running jobs with one, in this loop. */
const limited = 2
/** The longest timeout of running jobs, in ms. */
const longest = 3
/** A debugger is attached: who stands at a breakpoint is not stuck. */
const debugged = 4

/** How many running jobs have which timeout. */
const timeouts = new Map<number, number>()
let watchers = 0
let timer: NodeJS.Timeout | null = null

/** Null in a thread: its loop's being stuck is no reason to end the process. */
export const loopCells = isMainThread ? cells.buffer : null

/** A job's run, as the loop sees it. */
export interface Turn {
  /** In ms; null for none. */
  readonly timeout: number | null
  /** Runs beside the loop, and can't be what stops it. */
  readonly beside: boolean
}

/** A job begins. A few operations on numbers: it is on the way of every job. */
export function loopBegins({ timeout, beside }: Turn): void {
  if (timeout === null) {
    add(unlimited, 1)
    return
  }
  if (!beside) add(limited, 1)
  timeouts.set(timeout, (timeouts.get(timeout) ?? 0) + 1)
  if (timeout > (cells[longest] ?? 0)) cells[longest] = timeout
}

export function loopEnds({ timeout, beside }: Turn): void {
  if (timeout === null) {
    add(unlimited, -1)
    return
  }
  if (!beside) add(limited, -1)
  const left = (timeouts.get(timeout) ?? 1) - 1
  if (left > 0) timeouts.set(timeout, left)
  else {
    timeouts.delete(timeout)
    if (timeout === cells[longest]) cells[longest] = Math.max(0, ...timeouts.keys())
  }
}

/** Counts the loop's turns while somebody watches. Answers how to end that. */
export function countTurns(every: number): () => void {
  watchers++
  timer ??= setInterval(() => {
    Atomics.add(cells, turns, 1)
    cells[debugged] = url() === undefined ? 0 : 1
  }, every).unref()
  return () => {
    watchers--
    if (watchers > 0 || !timer) return
    clearInterval(timer)
    timer = null
  }
}

function add(cell: number, count: number): void {
  cells[cell] = (cells[cell] ?? 0) + count
}
