import { randomUUID } from 'node:crypto'
import type { After } from './after.ts'
import type { SqlClient } from './clients.ts'
import type { Engine } from './engine.ts'
import { JobError } from './errors.ts'
import { around, type EnqueueCall } from './hooks.ts'
import { enqueue as enqueueSql } from './sql/enqueue.ts'
import { enqueueAfter } from './sql/enqueue-after.ts'

/** One call, ready to be stored. */
export interface NewJob {
  /** JSON text of all but the arguments, without the closing brace. Calls with the same head are stored as one group. */
  head: string
  /** JSON text of the arguments. */
  args: string
  /** Its unique key, which is in the head, too: such a job is stored alone. */
  uniqueKey: string | null
}

/** Arguments past this go to a table beside, as every claim and completion would carry them along. */
const largeBytes = 8_192

/** Stores jobs in one statement, in order; answers their ids. Rejects when nothing was stored. */
export async function insertJobs(
  client: SqlClient,
  schema: string,
  jobs: readonly NewJob[],
  after: After | null = null,
): Promise<string[]> {
  const { groups, large } = grouped(jobs)
  const { rows } = after
    ? await client.query(enqueueAfter(schema), [groups, large, `{${after.ids}}`, after.failure])
    : await client.query(enqueueSql(schema), [groups, large])
  const ids = rows[0]?.ids
  if (typeof ids !== 'string') throw new Error('The database stored the jobs, but did not answer their ids.')
  if (ids.startsWith('?')) {
    throw new JobError.NotFound(
      `There is no job ${ids.slice(1)} to wait for, or no longer. One of a transaction that has not committed can be waited for in that transaction alone.`,
    )
  }
  return ids.split(',')
}

/** Runs `store` within the hooks around enqueuing, and counts. It is told what they gave to the jobs' runs. */
export async function enqueueWithHooks<T>(
  engine: Engine,
  call: Omit<EnqueueCall, 'context'>,
  store: (context: string | null) => Promise<T>,
): Promise<T> {
  const hooks = engine.hooks.flatMap((hook) => hook.enqueue ?? [])
  const told: EnqueueCall = { ...call, context: null }
  const stored = hooks.length === 0 ? await store(null) : await around(hooks, told, () => store(told.context))
  engine.metrics.enqueued += call.count
  return stored
}

/** Whether these arguments go to the table beside. */
export function isLarge(args: string): boolean {
  return args.length * 3 > largeBytes && Buffer.byteLength(args) > largeBytes
}

function grouped(jobs: readonly NewJob[]): { groups: string; large: string | null } {
  const large: string[] = []
  let groups = ''
  let head: string | null = null
  for (const job of jobs) {
    if (isLarge(job.args)) {
      const id = randomUUID()
      large.push(`{"id":"${id}","args":${job.args}}`)
      groups += `${head === null ? '' : ']},'}${job.head},"ref":"${id}","calls":[null`
      head = ''
    } else if (job.head === head) {
      groups += `,${job.args}`
    } else {
      groups += `${head === null ? '' : ']},'}${job.head},"calls":[${job.args}`
      head = job.head
    }
  }
  return { groups: `[${groups}]}]`, large: large.length > 0 ? `[${large.join(',')}]` : null }
}
