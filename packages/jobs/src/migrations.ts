import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClientBase } from 'pg'

/** Where numbered SQL stands and which schema it makes. */
export interface MigrationSet {
  /** Folder with pairs of `NNNN_name.up.sql` and `NNNN_name.down.sql`. */
  folder: string
  /** The schema they make. The text `:schema` in a file stands for it, quoted. */
  schema: string
}

/** The engine's own, in the sources and in the built package alike. */
export const engineMigrations = (schema = 'factotum_jobs'): MigrationSet => ({
  folder: fileURLToPath(new URL('../migrations/', import.meta.url)),
  schema,
})

/** The database holds migrations that this program does not know: it is older than the schema, and must not write to it. */
export class NewerSchema extends Error {
  override name = 'NewerSchema'
  readonly schema: string
  /** Names of the migrations. */
  readonly unknown: string[]

  constructor(schema: string, unknown: string[]) {
    super(
      `The schema "${schema}" is newer than this program: it has the migration ${unknown.join(', ')}. ` +
        'Start the newer version, or take the migration back with it.',
    )
    this.schema = schema
    this.unknown = unknown
  }
}

/**
 * Applies what is missing, in order, each migration in a transaction of its own, one program at a time.
 * Answers the names that were applied.
 *
 * @throws NewerSchema
 * @throws Error naming the migration that failed; the schema is then as it was before that one
 */
export async function upgrade(client: ClientBase, set: MigrationSet): Promise<string[]> {
  const done: string[] = []
  // Nothing to do is the usual case, and needs neither lock nor rights.
  if ((await pending(client, set)).length === 0) return done
  const known = await names(set.folder)
  for (;;) {
    const name = await step(client, set, 'up', (applied) => known.find((one) => !applied.includes(one)))
    if (!name) return done
    done.push(name)
  }
}

/**
 * Takes back the newest `steps` migrations, each in a transaction of its own; answers their names, newest first.
 *
 * @throws NewerSchema
 */
export async function downgrade(client: ClientBase, set: MigrationSet, steps = 1): Promise<string[]> {
  const done: string[] = []
  while (done.length < steps) {
    const name = await step(client, set, 'down', (applied) => applied.at(-1))
    if (!name) break
    done.push(name)
  }
  return done
}

/** The applied migrations, oldest first; empty on a database that has none. */
export async function history(client: ClientBase, set: MigrationSet): Promise<string[]> {
  return (await recorded(client, set)).map(({ name }) => name)
}

/** A migration that the program knows or that the database has, or both. */
export interface MigrationState {
  name: string
  /** Null: the database lacks it. */
  appliedAt: Date | null
  /** False: it is of a newer program. */
  known: boolean
}

/** All migrations of both sides, in order; also where the schema is newer than the program. */
export async function states(client: ClientBase, set: MigrationSet): Promise<MigrationState[]> {
  const known = await names(set.folder)
  const applied = new Map((await recorded(client, set)).map(({ name, appliedAt }) => [name, appliedAt]))
  return [...new Set([...known, ...applied.keys()])].sort().map((name) => ({
    name,
    appliedAt: applied.get(name) ?? null,
    known: known.includes(name),
  }))
}

async function recorded(
  client: ClientBase,
  { schema }: MigrationSet,
): Promise<{ name: string; appliedAt: Date }[]> {
  const { rows: found } = await client.query<{ there: boolean }>(
    'select to_regclass($1) is not null as there',
    [`${quoted(schema)}.migration`],
  )
  if (!found[0]?.there) return []
  const { rows } = await client.query<{ name: string; appliedAt: Date }>(
    `select name, applied_at as "appliedAt" from ${quoted(schema)}.migration order by name`,
  )
  return rows
}

/**
 * The migrations that this program knows and the database lacks, in order.
 *
 * @throws NewerSchema
 */
export async function pending(client: ClientBase, set: MigrationSet): Promise<string[]> {
  const known = await names(set.folder)
  const applied = await history(client, set)
  refuseNewer(set, applied, known)
  return known.filter((name) => !applied.includes(name))
}

/** One migration, chosen of the applied ones under the lock. The lock is the transaction's: a session's would stay behind in a pooler. */
async function step(
  client: ClientBase,
  set: MigrationSet,
  way: 'up' | 'down',
  choose: (applied: string[]) => string | undefined,
): Promise<string | undefined> {
  const schema = quoted(set.schema)
  let name: string | undefined
  await client.query('begin')
  try {
    await client.query('select pg_advisory_xact_lock(hashtext($1))', [`migrate:${set.schema}`])
    if (way === 'up') {
      await client.query(`create schema if not exists ${schema}`)
      await client.query(
        `create table if not exists ${schema}.migration (name text primary key, applied_at timestamptz not null default now())`,
      )
    }
    const applied = await history(client, set)
    refuseNewer(set, applied, await names(set.folder))
    name = choose(applied)
    if (name) await run(client, set, name, way)
    await client.query('commit')
    return name
  } catch (error) {
    await client.query('rollback')
    if (!name) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`Migration ${name} (${way}) failed: ${reason}. The schema is as it was before it.`, {
      cause: error,
    })
  }
}

async function run(client: ClientBase, set: MigrationSet, name: string, way: 'up' | 'down'): Promise<void> {
  const schema = quoted(set.schema)
  const sql = await readFile(join(set.folder, `${name}.${way}.sql`), 'utf8')
  await client.query(sql.replaceAll(':schema', schema))
  const record =
    way === 'up'
      ? `insert into ${schema}.migration (name) values ($1)`
      : `delete from ${schema}.migration where name = $1`
  await client.query(record, [name])
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
  if (unknown.length > 0) throw new NewerSchema(schema, unknown)
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
