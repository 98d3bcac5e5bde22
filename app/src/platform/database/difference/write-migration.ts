import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type MigrationSet, pending } from '@factotum/jobs/migrations'
import type pg from 'pg'
import { readTables, type Table } from './catalog.ts'
import { difference, sameTables, withPresentNames } from './difference.ts'
import { declaredTables, type loadKit, nameOf, SchemaRefused, statementsOf } from './from-code.ts'

export interface NewMigration {
  set: MigrationSet
  /** What it does: its file is named for it. */
  what: string
  /** What the `schema.ts` files export. */
  exported: readonly unknown[]
  /** Tables that no code declares any more, and that the migration drops. */
  drop?: readonly string[]
  load?: typeof loadKit
}

export interface WrittenMigration {
  /** Its name; null: code and database are the same, and nothing was written. */
  name: string | null
  up: string[]
  down: string[]
  /** Tables of the database that no code declares; left alone. */
  undeclared: string[]
}

/**
 * Writes the next migration of a set, up and down, from the difference between the tables in code and those in the
 * database. Nothing of the database is changed: the statements are tried on copies of the tables, in a schema that is
 * taken back.
 *
 * @throws SchemaRefused when it can't be done; nothing is then written
 */
export async function writeMigration(client: pg.Client, asked: NewMigration): Promise<WrittenMigration> {
  const { set, exported, drop = [] } = asked
  await mkdir(set.folder, { recursive: true })
  await refuseBehind(client, set)
  const declared = declaredTables(exported, set.schema)
  const statements = await statementsOf(declared, set.schema, asked.load)
  await client.query('begin')
  try {
    const all = await readTables(client, set.schema)
    const code = declared.map(nameOf)
    const gone = droppable(drop, all, code)
    // What a foreign key leads to has to be there for the trial, and stays as it is.
    const others = leadingTo(all, [...code, ...gone])
    const present = pick(all, [...code, ...gone, ...others])
    const scratch = await scratchSchema(client)
    const made = withPresentNames(await madeBy(client, scratch, statements), present)
    const wanted = new Map([...made, ...pick(all, others)])
    const up = difference(present, wanted)
    const down = difference(wanted, present)
    await prove(client, scratch, { present, wanted, up, down })
    await refuseTriggers(
      client,
      set.schema,
      [...present.keys()].filter((name) => !wanted.has(name)),
    )
    const name = up.length > 0 ? await write(set.folder, asked.what, up, down) : null
    const undeclared = [...all.keys()].filter((table) => ![...code, ...gone].includes(table))
    return { name, up, down, undeclared }
  } finally {
    await client.query('rollback')
  }
}

async function refuseBehind(client: pg.Client, set: MigrationSet): Promise<void> {
  const missing = await pending(client, set)
  if (missing.length > 0)
    throw new SchemaRefused(`The database lacks ${missing.join(', ')}. Run "factotum db upgrade" first.`)
}

function droppable(
  drop: readonly string[],
  all: ReadonlyMap<string, Table>,
  declared: string[],
): readonly string[] {
  for (const name of drop) {
    if (declared.includes(name))
      throw new SchemaRefused(`The table "${name}" is not dropped: code declares it.`)
    if (!all.has(name)) throw new SchemaRefused(`There is no table "${name}" that could be dropped.`)
  }
  return drop
}

/** The tables to which foreign keys of these lead, and theirs, without these. */
function leadingTo(all: ReadonlyMap<string, Table>, names: readonly string[]): string[] {
  const found = new Set(names)
  for (const name of found) {
    for (const { definition } of all.get(name)?.constraints ?? []) {
      const [, quoted, plain] = /REFERENCES :schema\.(?:"((?:[^"]|"")+)"|(\w+))/.exec(definition) ?? []
      const other = quoted?.replaceAll('""', '"') ?? plain
      if (other !== undefined) found.add(other)
    }
  }
  return [...found].filter((name) => !names.includes(name))
}

const pick = (all: ReadonlyMap<string, Table>, names: readonly string[]) =>
  new Map([...all].filter(([name]) => names.includes(name)))

/** A schema for trying, quoted. It exists in this transaction alone. */
export async function scratchSchema(client: pg.Client): Promise<string> {
  const name = `factotum_scratch_${process.pid}`
  await client.query(`create schema ${name}`)
  return name
}

/** What the catalogs say of tables that statements made. Nothing of it stays. */
export async function madeBy(
  client: pg.Client,
  scratch: string,
  statements: string[],
): Promise<Map<string, Table>> {
  await client.query('savepoint trying')
  await run(client, scratch, statements)
  const tables = await readTables(client, scratch)
  await client.query('rollback to savepoint trying')
  return tables
}

interface Attempt {
  present: ReadonlyMap<string, Table>
  wanted: ReadonlyMap<string, Table>
  up: string[]
  down: string[]
}

/** Up, down and up again, on copies: what can't be expressed is said before anybody runs it on what is dear. */
export async function prove(
  client: pg.Client,
  scratch: string,
  { present, wanted, up, down }: Attempt,
): Promise<void> {
  const steps: [string[], ReadonlyMap<string, Table>, string][] = [
    [difference(new Map(), present), present, 'The tables of the database can not be copied'],
    [up, wanted, 'The way up does not lead to what code declares'],
    [down, present, 'The way down does not lead back'],
    [up, wanted, 'The way up does not lead to the same a second time'],
  ]
  await client.query('savepoint trying')
  for (const [statements, goal, complaint] of steps) {
    try {
      await run(client, scratch, statements)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new SchemaRefused(`${complaint}: ${reason}. ${byHand}`, { cause: error })
    }
    if (!sameTables(await readTables(client, scratch), goal))
      throw new SchemaRefused(`${complaint}. ${byHand}`)
  }
  await client.query('rollback to savepoint trying')
}

const byHand = 'Write this migration by hand.'

async function run(client: pg.Client, schema: string, statements: string[]): Promise<void> {
  for (const statement of statements) await client.query(statement.replaceAll(':schema', schema))
}

/** A trigger would not come back with its table. */
async function refuseTriggers(client: pg.Client, schema: string, tables: string[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%s on %s', t.tgname, c.relname) as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relname = any ($2) and not t.tgisinternal`,
    [schema, tables],
  )
  if (rows.length > 0)
    throw new SchemaRefused(
      `The way down would not bring back ${rows.map(({ name }) => name).join(', ')}. ${byHand}`,
    )
}

/** The way down is written first: a migration is there once its way up is. */
async function write(folder: string, what: string, up: string[], down: string[]): Promise<string> {
  const numbers = (await readdir(folder)).map((file) => Number(/^(\d{4})_/.exec(file)?.[1] ?? 0))
  const number = String(Math.max(0, ...numbers) + 1).padStart(4, '0')
  const name = `${number}_${fileName(what)}`
  const text = (statements: string[]) => `-- ${what.trim()}\n\n${statements.join(';\n\n')};\n`
  await writeFile(join(folder, `${name}.down.sql`), text(down), { flag: 'wx' })
  await writeFile(join(folder, `${name}.up.sql`), text(up), { flag: 'wx' })
  return name
}

function fileName(what: string): string {
  const name = what
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 50)
  if (name) return name
  throw new SchemaRefused(
    `A migration is named for what it does, as in "add notes": "${what}" has no letter.`,
  )
}
