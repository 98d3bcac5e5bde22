import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'

/** drizzle-kit, as far as it is needed: it knows the SQL of what code declares. */
type Kit = Pick<typeof import('drizzle-kit/api'), 'generateDrizzleJson' | 'generateMigration'>

export const loadKit = (): Promise<Kit> => import('drizzle-kit/api')

/** What code declares can't become a migration; the message says why and what to do. */
export class SchemaRefused extends Error {
  override name = 'SchemaRefused'
}

/** The tables of a schema among what `schema.ts` files export. */
export function declaredTables(exported: readonly unknown[], schema: string): PgTable[] {
  const tables = exported.filter((value): value is PgTable => is(value, PgTable))
  const names = new Set<string>()
  for (const table of tables) {
    const { name, schema: own = 'public' } = getTableConfig(table)
    if (own !== schema)
      throw new SchemaRefused(
        `The table "${name}" is declared in the schema ${own}; these migrations make the schema ${schema}. Declare it there.`,
      )
    if (names.has(name)) throw new SchemaRefused(`The table "${name}" is declared twice.`)
    names.add(name)
  }
  return tables
}

export const nameOf = (table: PgTable): string => getTableConfig(table).name

/**
 * The statements that make declared tables where nothing is, with `:schema` for their schema.
 *
 * @throws SchemaRefused for what is no table, constraint or index
 */
export async function statementsOf(tables: PgTable[], schema: string, load = loadKit): Promise<string[]> {
  const kit = await load().catch((error: unknown) => {
    throw isAbsent(error) ? new SchemaRefused(kitIsAbsent, { cause: error }) : error
  })
  const exported = Object.fromEntries(tables.map((table) => [nameOf(table), table]))
  const made = await kit.generateMigration(kit.generateDrizzleJson({}), kit.generateDrizzleJson(exported))
  return made
    .map((statement) => statement.replaceAll(`"${schema}".`, ':schema.').replace(/;\s*$/, ''))
    .map((statement) => {
      if (/^(CREATE TABLE|ALTER TABLE|CREATE (UNIQUE )?INDEX) /i.test(statement)) return statement
      throw new SchemaRefused(
        `Migrations are made of tables, constraints and indexes. Write this one by hand: ${statement}`,
      )
    })
}

const kitIsAbsent =
  'drizzle-kit is not installed here, and it knows the SQL of a schema.ts. It is a tool for development: ' +
  '"npm install --save-dev drizzle-kit@0.31.11" brings it. Without it, write the migration by hand.'

const isAbsent = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
