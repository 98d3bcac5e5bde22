import { cancelJob, cancelJobs } from './cancel.ts'
import type { Engine } from './engine.ts'
import { JobError } from './errors.ts'
import type { BulkAnswer, BulkFilter } from './job-filter.ts'
import { looking } from './looking.ts'
import { flag, oneOf, refusal } from './options.ts'
import { retryJob, retryJobs } from './retry.ts'
import { type CheckedFilter, checkFilter, unendedStates } from './search/filter.ts'
import { countJobs, type Found, findJobs, type Search } from './search/find.ts'
import { newestId } from './sql/newest-id.ts'
import type { JobState } from './types.ts'

/** Jobs that one transaction ends or brings back. */
const batch = 1_000
/** How far a dry run counts. */
const most = 10_000

/** Which states each action is for. */
const takes: Record<BulkAnswer['action'], JobState[]> = { retry: ['failed'], cancel: unendedStates }

/** What became of some jobs. */
interface Outcome {
  done: number
  canceling: number
  /** Why not, and how many. */
  refused: Map<string, number>
}

/**
 * Retries or cancels the jobs that a filter matches now, oldest first, a batch a transaction. Each is taken once: one that
 * fails again meanwhile is left as it is.
 */
export async function bulk(
  engine: Engine,
  action: BulkAnswer['action'],
  filter: BulkFilter,
  dryRun: boolean,
): Promise<BulkAnswer> {
  oneOf('retry', 'cancel')(action, 'action of a bulk')
  flag(dryRun, `dryRun of a bulk ${action}`)
  const checked = narrowed(action, filter)
  const { database } = engine
  const nothing = { action, dryRun, matched: 0, more: false, done: 0, canceling: 0, refused: [] }
  if (dryRun) {
    const { count, more } = await looking(database, (client) =>
      countJobs(client, database.schema, checked, most),
    )
    return { ...nothing, matched: count, more }
  }
  const [newest] = await database.query<{ id: string }>(newestId(database.schema))
  const last = BigInt(newest?.id ?? 0)
  const outcome: Outcome = { done: 0, canceling: 0, refused: new Map() }
  let matched = 0
  let from: string | null = '0'
  while (from !== null) {
    const search: Search = { filter: checked, toward: 'newer', from, limit: batch }
    const { ids, edge }: Found = await looking(database, (client) =>
      findJobs(client, database.schema, search),
    )
    const met = ids.filter((id) => BigInt(id) <= last)
    matched += met.length
    if (met.length > 0) await verbs[action](engine, met, outcome)
    from = ids.length === batch ? (ids.at(-1) ?? null) : edge
    if (from !== null && BigInt(from) >= last) from = null
  }
  const refused = [...outcome.refused].map(([reason, count]) => ({ reason, count }))
  return { ...nothing, matched, done: outcome.done, canceling: outcome.canceling, refused }
}

/** The filter with the states that the action is for. @throws JobError.Invalid where it narrows nothing, or asks for others */
function narrowed(action: BulkAnswer['action'], filter: BulkFilter): CheckedFilter {
  const where = `of a bulk ${action}`
  const every = typeof filter === 'object' && filter !== null && 'all' in filter
  if (every && filter.all !== true) throw refusal(`all ${where}`, filter.all, 'true')
  if (every && Object.keys(filter).length > 1) {
    throw new JobError.Invalid(`The filter ${where} is { all: true } or narrows by other fields, not both.`)
  }
  const checked = checkFilter(every ? {} : filter, where)
  const { states, ...others } = checked
  const narrows = states !== null || Object.values(others).some((value) => value !== undefined)
  if (!every && !narrows) {
    throw new JobError.Invalid(
      `The filter ${where} is empty. To ${action} every job there is, say so: { all: true }.`,
    )
  }
  const strange = states?.find((state) => !takes[action].includes(state))
  if (strange) {
    throw new JobError.Invalid(
      `A bulk ${action} is for jobs that are ${takes[action].join(', ')}; its filter asks for ${strange} ones.`,
    )
  }
  return { ...checked, states: states ?? takes[action] }
}

/** What a statement for all of them did not do is tried one by one, which says why. */
const verbs = {
  async retry(engine: Engine, ids: string[], outcome: Outcome): Promise<void> {
    const done = new Set(await retryJobs(engine, ids))
    outcome.done += done.size
    await singly(remaining(ids, done), outcome, async (id) => {
      await retryJob(engine, id)
      outcome.done++
    })
  },
  async cancel(engine: Engine, ids: string[], outcome: Outcome): Promise<void> {
    const { canceled, canceling } = await cancelJobs(engine, ids)
    outcome.done += canceled.length
    outcome.canceling += canceling.length
    await singly(remaining(ids, new Set([...canceled, ...canceling])), outcome, async (id) => {
      const how = await cancelJob(engine, id)
      if (how === 'canceled') outcome.done++
      else outcome.canceling++
    })
  },
}

const remaining = (ids: string[], done: Set<string>) => ids.filter((id) => !done.has(id))

async function singly(
  ids: string[],
  { refused }: Outcome,
  act: (id: string) => Promise<void>,
): Promise<void> {
  for (const id of ids) {
    try {
      await act(id)
    } catch (error) {
      const known = error instanceof JobError.Conflict || error instanceof JobError.NotFound
      if (!known) throw error
      refused.set(error.message, (refused.get(error.message) ?? 0) + 1)
    }
  }
}
