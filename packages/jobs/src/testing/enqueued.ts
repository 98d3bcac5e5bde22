import { AssertionError } from 'node:assert'
import { isDeepStrictEqual } from 'node:util'
import type { JobDefinition } from '../definition.ts'
import { engineOf, type JobManager } from '../job-manager.ts'
import type { JobStatus } from '../job-status.ts'
import { encodeArgs } from '../json.ts'
import { type StatusRow, statusOf } from '../status.ts'
import type { Json } from '../types.ts'
import { listEnqueued } from './sql/list-enqueued.ts'

/** A job as `status` answers it, with the types of its definition. */
export interface EnqueuedJob<Args extends unknown[], Result> extends Omit<JobStatus<Result>, 'args'> {
  args: Args
}

/** All jobs that were enqueued, of one definition or of all, in whatever state, the first first. */
export async function enqueued<Args extends unknown[] = Json[], Result = Json>(
  jobs: JobManager,
  definition?: Pick<JobDefinition<Args, Result>, 'name' | 'delay'>,
): Promise<EnqueuedJob<Args, Result>[]> {
  const { database } = engineOf(jobs)
  const rows = await database.query<StatusRow<Result> & { args: Args & Json[] }>(
    listEnqueued(database.schema),
    [definition?.name ?? null],
  )
  return rows.map((row) => ({ ...statusOf(row), args: row.args }))
}

/**
 * The job that was enqueued with exactly these arguments; the first of several.
 *
 * @throws AssertionError where there is none, with the arguments there are
 */
export async function expectEnqueued<Args extends unknown[], Result>(
  jobs: JobManager,
  definition: Pick<JobDefinition<Args, Result>, 'name' | 'delay'>,
  ...args: Args
): Promise<EnqueuedJob<Args, Result>> {
  const expected: unknown = JSON.parse(encodeArgs(args, Number.POSITIVE_INFINITY))
  const all = await enqueued(jobs, definition)
  const found = all.find((job) => isDeepStrictEqual(job.args, expected))
  if (found) return found
  const actual = all.map((job) => job.args)
  const there = actual.map((list) => `\n- ${JSON.stringify(list)}`).join('')
  throw new AssertionError({
    message:
      `There is no job ${JSON.stringify(definition.name)} with the arguments ${JSON.stringify(expected)}. ` +
      (there ? `There are:${there}` : 'There is none at all.'),
    actual,
    expected: [expected],
    operator: 'expectEnqueued',
  })
}
