import { downgrade, history, upgrade } from '@factotum/jobs/migrations'
import type { TestDatabase } from '@factotum/postgres/testing'
import { getSchema } from 'better-auth/db'
import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type OpenDatabase } from '../database/index.ts'
import { migrations } from '../database/migrate.ts'
import { appDatabase } from '../database/testing.ts'
import { createAuth } from './auth.ts'
import * as ours from './schema.ts'

interface Column {
  type: string
  nullable: boolean
  fallback: boolean
}

let owned: TestDatabase
let database: OpenDatabase
/** What the migrations made: the columns by `table.column`. */
let columns: Map<string, Column>
/** Names of tables whose column is unique by itself, as `table.column`. */
let unique: Set<string>

beforeAll(async () => {
  owned = await appDatabase()
  database = connect(owned.url)
  const { rows } = await database.pool.query<{ place: string } & Column>(
    `select table_name || '.' || column_name as place, case data_type when 'ARRAY' then substr(udt_name, 2) || '[]' else data_type end as type, is_nullable = 'YES' as nullable,
       column_default is not null as fallback
     from information_schema.columns where table_schema = 'factotum'`,
  )
  columns = new Map(rows.map(({ place, ...column }) => [place, column]))
  const found = await database.pool.query<{ place: string }>(
    `select c.relname || '.' || a.attname as place from pg_index i
     join pg_class c on c.oid = i.indrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
     where i.indisunique and i.indnkeyatts = 1 and c.relnamespace = 'factotum'::regnamespace`,
  )
  unique = new Set(found.rows.map(({ place }) => place))
})
afterAll(async () => {
  await database.close()
  await owned.drop()
})

const types: Record<string, string[]> = {
  string: ['text', 'uuid'],
  number: ['integer', 'bigint'],
  boolean: ['boolean'],
  date: ['timestamp with time zone'],
}

function betterAuthExpects() {
  const auth = createAuth({
    config: { publicUrl: null },
    database,
    log: pino({ level: 'silent' }),
    secret: 'a'.repeat(64),
  })
  return getSchema(auth.options)
}

describe('The migration of accounts', () => {
  it('has every table and column that better-auth wants, of its type', () => {
    const models = betterAuthExpects()
    expect(Object.keys(models).sort()).toEqual(Object.keys(ours.betterAuthTables).sort())
    for (const [model, table] of Object.entries(ours.betterAuthTables)) {
      const known = new Map(getTableConfig(table).columns.map((column) => [columnKey(table, column), column]))
      for (const [field, { type, required, unique: alone }] of Object.entries(models[model]?.fields ?? {})) {
        const name = `${getTableConfig(table).name}.${known.get(field)?.name}`
        const column = columns.get(name)
        expect(column, `${model}.${field} as ${name}`).toBeDefined()
        expect(types[String(type)], name).toContain(column?.type)
        // What better-auth may leave out must be able to be absent.
        if (required === false) expect(column?.nullable || column?.fallback, name).toBe(true)
        if (alone) expect(unique, name).toContain(name)
      }
    }
  })

  it('is what the schema in code says', () => {
    const tables = Object.values<unknown>(ours).filter((value): value is PgTable => is(value, PgTable))
    expect(tables.length).toBe(8)
    for (const table of tables) {
      const { name, columns: inCode } = getTableConfig(table)
      const inDatabase = [...columns].filter(([place]) => place.startsWith(`${name}.`))
      expect(inCode.map((column) => `${name}.${column.name}`).sort()).toEqual(
        inDatabase.map(([place]) => place).sort(),
      )
      for (const column of inCode) {
        const made = columns.get(`${name}.${column.name}`)
        expect(made, `${name}.${column.name}`).toEqual({
          type: column.getSQLType(),
          nullable: !column.notNull,
          fallback: column.hasDefault,
        })
      }
    }
  })

  it('goes back and comes again, and leaves the same', async () => {
    const client = new pg.Client({ connectionString: owned.url })
    await client.connect()
    const names = async () => {
      const { rows } = await client.query<{ relname: string }>(
        "select relname from pg_class where relnamespace = 'factotum'::regnamespace order by 1",
      )
      return rows.map(({ relname }) => relname)
    }
    const before = await names()
    const applied = await history(client, migrations)
    await downgrade(client, migrations, applied.length)
    expect(
      (await names()).filter((name) => /^(account|session|credential|passkey|sign_in|api_key)/.test(name)),
    ).toEqual([])
    await upgrade(client, migrations)
    expect(await names()).toEqual(before)
    await client.end()
  })
})

/** The name that a column has in code. */
function columnKey(table: PgTable, column: unknown): string | undefined {
  return Object.entries(table).find(([, value]) => value === column)?.[0]
}
