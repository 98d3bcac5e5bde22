import { randomUUID } from 'node:crypto'
import type { SqlClient } from './clients.ts'
import { insertJobs, isLarge, type NewJob } from './enqueue.ts'
import { enqueueUnique } from './sql/enqueue-unique.ts'

/**
 * Stores a job with a unique key, or answers the one that has it. Alone: a stranger's open transaction on a key would hold
 * up everyone in a shared statement.
 */
export async function insertUnique(client: SqlClient, schema: string, job: NewJob): Promise<string> {
  const ref = isLarge(job.args) ? randomUUID() : null
  const call = ref ? `"ref":"${ref}","calls":[null]` : `"calls":[${job.args}]`
  const large = ref && `[{"id":"${ref}","args":${job.args}}]`
  const { rows } = await client.query(enqueueUnique(schema), [`${job.head},${call}}`, large])
  const id = rows[0]?.id
  if (typeof id !== 'string') throw new Error('The database stored the job, but did not answer its id.')
  return id
}

/** One after the other in the order of their keys, so that two callers with the same ones don't wait for each other. */
export async function insertManyUnique(
  client: SqlClient,
  schema: string,
  jobs: readonly NewJob[],
): Promise<string[]> {
  const ids = jobs.map(() => '')
  const inOrder = [...jobs.entries()].sort(([, a], [, b]) => compare(a.uniqueKey ?? '', b.uniqueKey ?? ''))
  for (const [index, job] of inOrder) {
    const [id = ''] =
      job.uniqueKey === null
        ? await insertJobs(client, schema, [job])
        : [await insertUnique(client, schema, job)]
    ids[index] = id
  }
  return ids
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
