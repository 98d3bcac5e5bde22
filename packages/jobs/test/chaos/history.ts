import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Asked, Ended, Recorded } from './events.ts'

/** One call, and what came of it. */
export interface Call extends Asked {
  at: number
  /** The answer; null where none came. */
  stored: { id: string; at: number } | null
  /** It was rolled back: the job must not exist. */
  rolledBack: boolean
}

/** One run of a handler. */
export interface Run {
  run: string
  id: string
  process: string
  attempt: number
  /** Null for jobs of schedules. */
  call: Call | null
  began: number
  ended: { at: number; how: 'returned' | 'threw'; snooze: number | null } | null
  /** When its signal aborted. */
  told: number | null
}

export interface Accepted {
  id: string
  outcome: Ended | 'retrying' | 'snoozed'
  attempt: number | null
  run: string | null
  process: string
  at: number
}

/** A time in which others may rightly take a process for dead, or its word does not come through. */
export interface Trouble {
  what: string
  from: number
  to: number
}

/** A job as the database has it after the run. */
export interface FinalJob {
  id: string
  name: string
  state: string
  /** Null for jobs of schedules. */
  call: string | null
  /** The run whose result was stored. */
  run: string | null
  attempts: number
  maxAttempts: number
  error: string | null
  /** The time for which a schedule enqueued it, in ms. */
  scheduledFor: number
  /** When its last run was claimed, by the database's clock, in ms. */
  startedAt: number | null
  queue: string
  /** It waits for a time that has not come. */
  later: boolean
  /** The runs that wrote its log, line by line. */
  log: string[]
}

/** Limits that were set before the first job, and not changed. */
export interface Limit {
  running?: number
  starts?: { most: number; per: number }
}

export interface Rules {
  queues?: Record<string, Limit & { perKey?: Limit }>
  /** Schedules by the name of their job: the ms between two fires, of which none may be missing. */
  schedules?: Record<string, number>
}

export interface History {
  calls: Map<string, Call>
  runs: Run[]
  accepted: Accepted[]
  /** By id: when it was answered that the job is canceled. */
  canceled: Map<string, number>
  /** Ids of jobs whose cancel was asked for. */
  mayBeCanceled: Set<string>
  /** By id: when a retry by hand was asked for. */
  retries: Map<string, number[]>
  troubles: Map<string, Trouble[]>
  /** By process: when it wrote its last line. */
  lastSeen: Map<string, number>
  crashes: { process: string; why: string }[]
  final: Map<string, FinalJob>
}

/** A gap between two pulses of this length means that the process did not get to run, in ms. */
const longestGap = 600

export function readHistory(folder: string, final: readonly FinalJob[]): History {
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  return buildHistory(new Map(files.map((name) => [name.slice(0, -6), readLines(join(folder, name))])), final)
}

/** @param files what each process wrote, in the order in which it wrote it */
export function buildHistory(
  files: ReadonlyMap<string, readonly Recorded[]>,
  final: readonly FinalJob[],
): History {
  const history: History = {
    calls: new Map(),
    runs: [],
    accepted: [],
    canceled: new Map(),
    mayBeCanceled: new Set(),
    retries: new Map(),
    troubles: new Map(),
    lastSeen: new Map(),
    crashes: [],
    final: new Map(final.map((job) => [job.id, job])),
  }
  const all = [...files].flatMap(([process, events]) => events.map((event) => ({ process, event })))
  all.sort((a, b) => a.event.at - b.event.at)
  const runs = new Map<string, Run>()
  const open = new Map<string, Trouble>()
  const pulses = new Map<string, number>()
  for (const { process, event } of all) {
    const { at } = event
    history.lastSeen.set(process, at)
    switch (event.kind) {
      case 'ask': {
        const { kind: _, ...asked } = event
        history.calls.set(event.call, { ...asked, stored: null, rolledBack: false })
        break
      }
      case 'stored': {
        const call = history.calls.get(event.call)
        if (call) call.stored ??= { id: event.id, at }
        break
      }
      case 'refused': {
        const call = history.calls.get(event.call)
        if (call) call.rolledBack = event.sure
        break
      }
      case 'begin': {
        const { run, id, attempt } = event
        const call = event.call === null ? null : (history.calls.get(event.call) ?? null)
        runs.set(run, { run, id, process, attempt, call, began: at, ended: null, told: null })
        break
      }
      case 'told': {
        const run = runs.get(event.run)
        if (run) run.told ??= at
        break
      }
      case 'end': {
        const run = runs.get(event.run)
        if (run) run.ended = { at, how: event.how, snooze: event.snooze ?? null }
        break
      }
      case 'accepted': {
        const { id, outcome, attempt = null, run = null } = event
        history.accepted.push({ id, outcome, attempt, run, process, at })
        break
      }
      case 'askCancel':
        history.mayBeCanceled.add(event.id)
        break
      case 'cancelAnswer':
        history.mayBeCanceled.add(event.id)
        if (event.answer === 'canceled' && !history.canceled.has(event.id)) history.canceled.set(event.id, at)
        break
      case 'askRetry':
        listOf(history.retries, event.id).push(at)
        break
      case 'stopping':
        listOf(history.troubles, process).push({ what: 'stopping', from: at, to: Number.POSITIVE_INFINITY })
        break
      case 'pulse': {
        const before = pulses.get(process)
        if (before !== undefined && at - before > longestGap)
          listOf(history.troubles, process).push({ what: 'did not get to run', from: before, to: at })
        pulses.set(process, at)
        break
      }
      case 'trouble': {
        const key = `${event.what} ${event.process}`
        if (event.phase === 'begins') {
          const trouble = { what: event.what, from: at, to: Number.POSITIVE_INFINITY }
          open.set(key, trouble)
          listOf(history.troubles, event.process).push(trouble)
        } else {
          const trouble = open.get(key)
          if (trouble) trouble.to = at
          open.delete(key)
        }
        break
      }
      case 'crashed':
        history.crashes.push({ process: event.process, why: event.why })
        break
      case 'note':
        break
    }
  }
  history.runs = [...runs.values()].sort((a, b) => a.began - b.began)
  return history
}

function readLines(path: string): Recorded[] {
  const text = readFileSync(path, 'utf8')
  // A process killed while it wrote may have left half a line; what that line announced was not done.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Recorded => JSON.parse(line))
}

/** The list under a key, made when first asked for. */
export function listOf<Key, Item>(map: Map<Key, Item[]>, key: Key): Item[] {
  const there = map.get(key)
  if (there) return there
  const made: Item[] = []
  map.set(key, made)
  return made
}
