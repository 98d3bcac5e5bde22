import type { Pool, PoolClient, QueryResult } from 'pg'
import { milliseconds } from './duration.ts'
import { nameOf, type Partition, type Partitioned, plusDays, readPartitions } from './partitions.ts'
import { type Beside, deleteWithPartition } from './sql/delete-with-partition.ts'
import { sqlState } from './sql-state.ts'
import type { Duration } from './types.ts'

/** For how long ended jobs stay, at least; they go within the day after. */
export interface Retention {
  /** Finished and canceled jobs; default 7 days. */
  finished?: Duration
  /** Failed jobs; default 30 days. */
  failed?: Duration
}

/** Whole days that each partitioned table keeps. */
export type KeptDays = Record<Partitioned, number>

/** A job's log stays as long as any job may. */
export function keptDays({ finished = '7d', failed = '30d' }: Retention = {}): KeptDays {
  const days = (span: Duration, what: string) => Math.ceil(milliseconds(span, what) / 86_400_000)
  const done = days(finished, 'retention of finished jobs')
  const lost = days(failed, 'retention of failed jobs')
  return { done, failed: lost, log: Math.max(done, lost) + 1 }
}

/** Partitions past their time, and those whose drop was begun. */
export function overdue(today: string, partitions: readonly Partition[], kept: KeptDays): Partition[] {
  return partitions.filter(
    ({ table, name, attached, detaching }) =>
      name < nameOf(table, plusDays(today, -kept[table])) || detaching || !attached,
  )
}

/**
 * Drops the partitions past their time, with the large arguments of their jobs. Detached concurrently and then dropped,
 * no ending waits, whoever reads. A reader that stays longer than `patience`, in ms, is left alone: what was begun is
 * finished by a later call.
 */
export async function dropHistory(
  pool: Pool,
  schema: string,
  kept: KeptDays,
  patience = 2_000,
): Promise<void> {
  const client = await pool.connect()
  try {
    const { today, partitions } = await readPartitions(client, schema)
    const held = new Set<Partitioned>()
    for (const partition of overdue(today, partitions, kept)) {
      // One detaching at a time is allowed for each table.
      if (held.has(partition.table)) continue
      const gone = await drop(pool, client, schema, partition, patience)
      if (!gone) held.add(partition.table)
    }
  } finally {
    client.release()
  }
}

/** False where a reader was in the way for too long. */

async function drop(
  pool: Pool,
  client: PoolClient,
  schema: string,
  { table, name, attached, detaching }: Partition,
  patience: number,
): Promise<boolean> {
  const run = (sql: string) => patiently(pool, client, sql, patience)
  if (attached) {
    const how = detaching ? 'finalize' : 'concurrently'
    const detach = `alter table ${schema}.${table} detach partition ${schema}.${name} ${how}`
    if (!(await run(detach))) return false
  }
  if (table !== 'log') {
    await client.query(
      `delete from ${schema}.argument a using ${schema}.${name} p where p.args_ref is not null and a.id = p.args_ref`,
    )
    await deleteBeside(client, schema, name, { table: 'step', id: 'job_id' })
    await deleteBeside(client, schema, name, { table: 'dependency', id: 'child' })
  }
  return run(`drop table ${schema}.${name}`)
}

/** In batches, as flows may be many. */
async function deleteBeside(
  client: PoolClient,
  schema: string,
  partition: string,
  beside: Beside,
): Promise<void> {
  const sql = deleteWithPartition(schema, partition, beside)
  for (let last: string | null = '0'; last !== null; ) {
    const looked: QueryResult<{ last: string | null }> = await client.query(sql, [last, jobsAtOnce])
    last = looked.rows[0]?.last ?? null
  }
}

const jobsAtOnce = 2_000

/**
 * Runs a statement, and cancels it when it takes too long; then answers false. Neither `lock_timeout` nor the process id is of use: behind a
 * pooler the one would stay with a connection that others get, and the other is not known.
 */
async function patiently(pool: Pool, client: PoolClient, sql: string, patience: number): Promise<boolean> {
  const timer = setTimeout(() => {
    pool
      .query(
        `select pg_cancel_backend(pid) from pg_stat_activity
         where datname = current_database() and usename = current_user and state = 'active' and query = $1`,
        [sql],
      )
      // Then it waits on; the connection will tell what is wrong.
      .catch(() => {})
  }, patience)
  try {
    await client.query(sql)
    return true
  } catch (error) {
    if (sqlState(error) === queryCanceled) return false
    throw error
  } finally {
    clearTimeout(timer)
  }
}

const queryCanceled = '57014'
