import { isDeepStrictEqual } from 'node:util'
import type { Column, Named, Table } from './catalog.ts'

type Tables = ReadonlyMap<string, Table>

/** True where both have the same tables; the order of their columns says nothing. */
export const sameTables = (a: Tables, b: Tables): boolean => isDeepStrictEqual(plain(a), plain(b))

const plain = (tables: Tables) =>
  new Map(
    [...tables].map(([name, table]) => [
      name,
      { ...table, columns: [...table.columns].sort((a, b) => (a.name < b.name ? -1 : 1)) },
    ]),
  )

/**
 * The wanted tables, with the names that present constraints and indexes have which say the same: code has its own
 * way of naming them, and a name is no reason for a migration.
 */
export function withPresentNames(wanted: Tables, present: Tables): Map<string, Table> {
  return new Map(
    [...wanted].map(([name, table]) => {
      const there = present.get(name)
      if (!there) return [name, table]
      return [
        name,
        {
          ...table,
          constraints: renamed(table.constraints, there.constraints),
          indexes: renamed(table.indexes, there.indexes),
        },
      ]
    }),
  )
}

function renamed(wanted: Named[], present: Named[]): Named[] {
  const left = new Map(present.map((one) => [`${saying(one)}\n${one.name}`, one]))
  const take = (test: (one: Named) => boolean) => {
    for (const [key, one] of left) if (test(one) && left.delete(key)) return one
    return undefined
  }
  // Those that have their name already are not to lose it to another of the same meaning.
  const exact = wanted.map((one) => take((other) => isDeepStrictEqual(one, other)))
  return wanted
    .map((one, at) => exact[at] ?? take((other) => saying(other) === saying(one)) ?? one)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A definition without the name that an index has in it. */
const saying = ({ name, definition }: Named) =>
  definition.replace(new RegExp(`^(CREATE (?:UNIQUE )?INDEX )"?${escaped(name)}"? `), '$1')

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/**
 * The statements that turn the tables `from` into the tables `to`, in an order in which they can run. What is gone is
 * dropped: a name that changed is one dropped and one added.
 */
export function difference(from: Tables, to: Tables): string[] {
  const before = [...from.values()]
  const after = [...to.values()]
  const stays = before.flatMap((table) => {
    const next = to.get(table.name)
    return next ? [{ table, next }] : []
  })
  const isForeign = ({ definition }: Named) => definition.startsWith('FOREIGN KEY')
  const added = after.flatMap((table) => lacks(table, from.get(table.name)?.constraints, table.constraints))
  const gone = [
    ...before
      .filter(({ name }) => !to.has(name))
      .flatMap((table) => lacks(table, [], table.constraints.filter(isForeign))),
    ...stays.flatMap(({ table, next }) => lacks(table, next.constraints, table.constraints)),
  ].sort((a, b) => Number(isForeign(b)) - Number(isForeign(a)))
  const newIndexes = after.flatMap((table) => lacks(table, from.get(table.name)?.indexes, table.indexes))
  return [
    ...gone.map(({ table, name }) => `alter table ${at(table)} drop constraint ${quoted(name)}`),
    ...stays.flatMap(({ table, next }) =>
      lacks(table, next.indexes, table.indexes).map(({ name }) => `drop index :schema.${quoted(name)}`),
    ),
    ...before.filter(({ name }) => !to.has(name)).map(({ name }) => `drop table ${at(name)}`),
    ...after.filter(({ name }) => !from.has(name)).map(create),
    ...stays.flatMap(({ table, next }) => alter(table, next)),
    ...added.filter((one) => !isForeign(one)).map(addConstraint),
    ...newIndexes.map(({ definition }) => definition),
    ...added.filter(isForeign).map(addConstraint),
  ]
}

interface Placed extends Named {
  table: string
}

/** What is in `all` and not among `others`. */
function lacks({ name: table }: Table, others: Named[] = [], all: Named[]): Placed[] {
  return all
    .filter((one) => !others.some((other) => isDeepStrictEqual(one, other)))
    .map((one) => ({ ...one, table }))
}

const addConstraint = ({ table, name, definition }: Placed) =>
  `alter table ${at(table)} add constraint ${quoted(name)} ${definition}`

function create({ name, columns }: Table): string {
  const lines = columns.map((column) => `  ${written(column)}`)
  return `create table ${at(name)} (\n${lines.join(',\n')}\n)`
}

function alter(before: Table, after: Table): string[] {
  const table = `alter table ${at(before.name)}`
  const old = new Map(before.columns.map((column) => [column.name, column]))
  const names = new Set(after.columns.map(({ name }) => name))
  return [
    ...before.columns
      .filter(({ name }) => !names.has(name))
      .map(({ name }) => `${table} drop column ${quoted(name)}`),
    ...after.columns.flatMap((column) => {
      const present = old.get(column.name)
      if (!present) return [`${table} add column ${written(column)}`]
      // What such a column holds is made anew from the others.
      if (present.generated !== column.generated) {
        return [`${table} drop column ${quoted(column.name)}`, `${table} add column ${written(column)}`]
      }
      return alterColumn(present, column).map(
        (change) => `${table} alter column ${quoted(column.name)} ${change}`,
      )
    }),
  ]
}

function alterColumn(before: Column, after: Column): string[] {
  const retyped = before.type !== after.type
  const changes: string[] = []
  if (before.default !== null && (retyped || after.default === null)) changes.push('drop default')
  if (before.identity !== null && after.identity === null) changes.push('drop identity')
  if (retyped) changes.push(`type ${after.type} using ${quoted(after.name)}::${after.type}`)
  if (before.notNull && !after.notNull) changes.push('drop not null')
  if (!before.notNull && after.notNull) changes.push('set not null')
  if (after.default !== null && (retyped || before.default !== after.default))
    changes.push(`set default ${after.default}`)
  if (after.identity !== null && before.identity === null)
    changes.push(`add generated ${after.identity} as identity`)
  else if (after.identity !== null && before.identity !== after.identity)
    changes.push(`set generated ${after.identity}`)
  return changes
}

function written({ name, type, notNull, default: fallback, identity, generated }: Column): string {
  return [
    quoted(name),
    type,
    notNull ? 'not null' : '',
    fallback === null ? '' : `default ${fallback}`,
    identity === null ? '' : `generated ${identity} as identity`,
    generated === null ? '' : `generated always as (${generated}) stored`,
  ]
    .filter(Boolean)
    .join(' ')
}

const at = (table: string) => `:schema.${quoted(table)}`

/** Plain names as people write them, all others quoted. */
const quoted = (name: string) =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`

/** PostgreSQL's reserved words that could be a name of a column or a table. */
const reserved = new Set(
  'all analyse analyze and any array as asc asymmetric authorization between binary both case cast check collate column concurrently constraint create cross current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using variadic verbose when where window with'.split(
    ' ',
  ),
)
