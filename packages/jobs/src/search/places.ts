import type { JobState } from '../types.ts'
import type { Table } from './conditions.ts'
import { type CheckedFilter, unendedStates } from './filter.ts'

/** Where to look for jobs of a filter, and how not to look at all that are there. */
export interface Place {
  table: Table
  /** The index along which one walks; that of a name or queue passes over all others. */
  along: 'id' | 'name' | 'queue'
  /** What the state of a row `l` must be; null for any of this table. */
  state: string | null
  /**
   * Where the walk finds too little: conditions of rows `j`, each with a small index of its own, that hold all that
   * are meant. Null where there are none.
   */
  gather: string[] | null
}

/** The tables that can hold jobs of a filter. */
export function placesOf(filter: CheckedFilter): Place[] {
  const { states, name, queue } = filter
  const asked = (state: JobState) => states === null || states.includes(state)
  const places: Place[] = []
  const endedOnly = filter.endedAfter !== undefined || filter.endedBefore !== undefined
  const unended = unendedStates.filter(asked)
  if (unended.length > 0 && !endedOnly) places.push(unendedPlace(filter, unended))
  const along = name !== undefined ? 'name' : queue !== undefined ? 'queue' : 'id'
  const [finished, canceled] = [asked('finished'), asked('canceled')]
  if (finished || canceled) {
    const state = finished && canceled ? null : finished ? 'l.state = 10' : 'l.state = 12'
    places.push({ table: 'done', along, state, gather: finished ? null : ['j.state = 12'] })
  }
  if (asked('failed')) places.push({ table: 'failed', along, state: null, gather: null })
  return places
}

/** The hot table has no index by name or queue over all its rows: each would cost every job. */
function unendedPlace({ queue }: CheckedFilter, states: JobState[]): Place {
  const every = states.length === unendedStates.length
  const pieces = states.map((state) => gathered[state] ?? [])
  return {
    table: 'job',
    along: 'id',
    state: every ? null : `(${states.map((state) => shown[state]).join(' or ')})`,
    // All pieces of all queues are the whole table, which the walk has seen as far as it may.
    gather:
      every && queue === undefined
        ? null
        : [...new Set(pieces.flat())].map((piece) => (queue === undefined ? piece.whole : piece.ofQueue)),
  }
}

interface Piece {
  whole: string
  ofQueue: string
}

const anyQueue = (whole: string): Piece => ({ whole, ofQueue: whole })
const byQueue = (whole: string): Piece => ({ whole, ofQueue: `${whole} and j.queue = :queue` })

const claimed = byQueue('j.state = 2')

/** The small indexes that hold a state's jobs, all of them; the migrations make these. */
const gathered: Partial<Record<JobState, Piece[]>> = {
  scheduled: [anyQueue('j.state = 0 and j.run_at > now()')],
  queued: [
    anyQueue('j.state = 0 and j.run_at <= now()'),
    byQueue('j.state = 1'),
    claimed,
    byQueue('j.state = 3'),
    byQueue('j.state = 5'),
    byQueue('j.state = 6'),
  ],
  started: [claimed],
  deferred: [byQueue('j.state = 4')],
}

/** As the view `status` says it. */
const shown: Partial<Record<JobState, string>> = {
  scheduled: '(l.state = 0 and l.run_at > now())',
  queued:
    '(l.state not in (0, 2, 4) or (l.state = 0 and l.run_at <= now()) or (l.state = 2 and l.started_at is null))',
  started: '(l.state = 2 and l.started_at is not null)',
  deferred: 'l.state = 4',
}
