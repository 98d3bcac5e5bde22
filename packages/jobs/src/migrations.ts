import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClientBase } from 'pg'

/** Where numbered SQL stands and which schema it makes. */
export interface MigrationSet {
  /** Folder with pairs of `NNNN_name.up.sql` and `NNNN_name.down.sql`. */
  folder: string
  /** The schema they make. The text `:schema` in a file stands for it, quoted. */
  schema: string
}

/**
 * Applies what is missing, in order, each migration in a transaction of its own, one program at a time.
 * Answers the names that were applied.
 *
 * @throws Error when the database holds a migration that this program does not know: it is older than
 *   the schema and must not write to it.
 */
export async function upgrade(client: ClientBase, set: MigrationSet): Promise<string[]> {
  const known = await names(set.folder)
  return underLock(client, set, async () => {
    const applied = await history(client, set)
    refuseNewer(set, applied, known)
    const missing = known.filter((name) => !applied.includes(name))
    for (const name of missing) await step(client, set, name, 'up')
    return missing
  })
}

/** Takes back the newest `steps` migrations; answers their names, newest first. */
export async function downgrade(client: ClientBase, set: MigrationSet, steps = 1): Promise<string[]> {
  const known = await names(set.folder)
  return underLock(client, set, async () => {
    const applied = await history(client, set)
    refuseNewer(set, applied, known)
    const going = applied.reverse().slice(0, steps)
    for (const name of going) await step(client, set, name, 'down')
    return going
  })
}

/** The applied migrations, oldest first; empty on a database that has none. */
export async function history(client: ClientBase, { schema }: MigrationSet): Promise<string[]> {
  const { rows: found } = await client.query<{ there: boolean }>(
    'select to_regclass($1) is not null as there',
    [`${quoted(schema)}.migration`],
  )
  if (!found[0]?.there) return []
  const { rows } = await client.query<{ name: string }>(
    `select name from ${quoted(schema)}.migration order by name`,
  )
  return rows.map((row) => row.name)
}

/**
 * The migrations that this program knows and the database lacks, in order.
 *
 * @throws Error when the database holds a migration that this program does not know.
 */
export async function pending(client: ClientBase, set: MigrationSet): Promise<string[]> {
  const known = await names(set.folder)
  const applied = await history(client, set)
  refuseNewer(set, applied, known)
  return known.filter((name) => !applied.includes(name))
}

async function underLock<T>(
  client: ClientBase,
  { schema }: MigrationSet,
  work: () => Promise<T>,
): Promise<T> {
  const lock = [`migrate:${schema}`]
  await client.query('select pg_advisory_lock(hashtext($1))', lock)
  try {
    await client.query(`create schema if not exists ${quoted(schema)}`)
    await client.query(
      `create table if not exists ${quoted(schema)}.migration (name text primary key, applied_at timestamptz not null default now())`,
    )
    return await work()
  } finally {
    await client.query('select pg_advisory_unlock(hashtext($1))', lock)
  }
}

async function step(client: ClientBase, set: MigrationSet, name: string, way: 'up' | 'down'): Promise<void> {
  const sql = (await readFile(join(set.folder, `${name}.${way}.sql`), 'utf8')).replaceAll(
    ':schema',
    quoted(set.schema),
  )
  const record =
    way === 'up'
      ? `insert into ${quoted(set.schema)}.migration (name) values ($1)`
      : `delete from ${quoted(set.schema)}.migration where name = $1`
  await client.query('begin')
  try {
    await client.query(sql)
    await client.query(record, [name])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new Error(`Migration ${name} (${way}) failed; the schema is as it was before it.`, { cause: error })
  }
}

async function names(folder: string): Promise<string[]> {
  const files = await readdir(folder)
  return files
    .filter((file) => file.endsWith('.up.sql'))
    .map((file) => file.slice(0, -'.up.sql'.length))
    .sort()
}

function refuseNewer({ schema }: MigrationSet, applied: string[], known: string[]): void {
  const unknown = applied.filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  throw new Error(
    `The schema "${schema}" is newer than this program: it has the migration ${unknown.join(', ')}. ` +
      'Start the newer version, or take the migration back with it.',
  )
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
