import { hostname } from 'node:os'
import type pg from 'pg'
import { schema } from '../database/migrate.ts'

/** Why a machine's file is not in force. */
export interface FileProblem {
  machine: string
  path: string
  /** A sentence or more. */
  problem: string
  seenAt: Date
}

/** Said again this often while it stands, in milliseconds. */
export const repeatEvery = 30_000

/** Whoever has not repeated it for so long has gone, and its problem with it. */
const oldAfter = '2 minutes'

type Pool = Pick<pg.Pool, 'query'>

export async function noteProblem(pool: Pool, path: string, problem: string): Promise<void> {
  await pool.query(
    `insert into ${schema}.setting_file (machine, path, problem) values ($1, $2, $3)
     on conflict (machine, path) do update set problem = excluded.problem, seen_at = clock_timestamp()`,
    [hostname(), path, problem],
  )
}

export async function forgetProblem(pool: Pool, path: string): Promise<void> {
  await pool.query(`delete from ${schema}.setting_file where machine = $1 and path = $2`, [hostname(), path])
}

export async function readProblems(pool: Pool): Promise<FileProblem[]> {
  const { rows } = await pool.query<FileProblem>(
    `select machine, path, problem, seen_at as "seenAt" from ${schema}.setting_file
     where seen_at > clock_timestamp() - $1::interval order by seen_at desc`,
    [oldAfter],
  )
  return rows
}
