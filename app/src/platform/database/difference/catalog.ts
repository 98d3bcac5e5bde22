import type { ClientBase } from 'pg'

/** A table as PostgreSQL's catalogs have it. In every text, `:schema` stands for the schema's quoted name. */
export interface Table {
  name: string
  columns: Column[]
  constraints: Named[]
  /** Those that no constraint made. */
  indexes: Named[]
}

export interface Column {
  name: string
  /** As one would write it; a serial is one. */
  type: string
  notNull: boolean
  default: string | null
  /** `always` or `by default`; null: it is no identity column. */
  identity: 'always' | 'by default' | null
  /** What a generated column is made of. */
  generated: string | null
}

export interface Named {
  name: string
  /** As PostgreSQL writes it: `CHECK ((size > 0))`, `CREATE INDEX … ON :schema.file …`. */
  definition: string
}

/** The plain tables of a schema, by name. Partitioned tables and their partitions aren't among them. */
export async function readTables(client: ClientBase, schema: string): Promise<Map<string, Table>> {
  // With nothing else to be found there, everything outside of PostgreSQL itself is written with its schema.
  const { rows: before } = await client.query<{ search_path: string }>('show search_path')
  await client.query("select set_config('search_path', 'pg_catalog', false)")
  const { rows } = await client.query<Table>(tablesSql, [schema])
  const { rows: spelt } = await client.query<{ name: string }>('select quote_ident($1) as name', [schema])
  await client.query("select set_config('search_path', $1, false)", [before[0]?.search_path])
  const prefix = `${spelt[0]?.name}.`
  return new Map(rows.map((table) => [table.name, withoutSchema(table, prefix)]))
}

const tablesSql = `
select c.relname as name,
  (select coalesce(json_agg(json_build_object(
      'name', a.attname,
      'type', case when s.sequence is null then format_type(a.atttypid, a.atttypmod)
        else replace(replace(format_type(a.atttypid, a.atttypmod), 'integer', 'serial'), 'int', 'serial') end,
      'notNull', a.attnotnull,
      'default', case when a.attgenerated = '' and s.sequence is null then pg_get_expr(d.adbin, d.adrelid) end,
      'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
      'generated', case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end
    ) order by a.attnum), '[]')
   from pg_attribute a
   left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   left join lateral (
     select pg_get_serial_sequence(c.oid::regclass::text, a.attname) as sequence
     where a.attidentity = '' and pg_get_expr(d.adbin, d.adrelid) like 'nextval(%'
   ) s on true
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
  (select coalesce(json_agg(json_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid))
      order by k.conname), '[]')
   from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u', 'c', 'f', 'x')) as constraints,
  (select coalesce(json_agg(json_build_object('name', i.relname, 'definition', pg_get_indexdef(i.oid))
      order by i.relname), '[]')
   from pg_index x join pg_class i on i.oid = x.indexrelid
   where x.indrelid = c.oid
     and not exists (select from pg_constraint k where k.conindid = i.oid and k.contype in ('p', 'u', 'x'))) as indexes
from pg_class c
where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relkind = 'r' and not c.relispartition
  and c.relname <> 'migration'
order by c.relname`

function withoutSchema(table: Table, prefix: string): Table {
  const bare = (text: string) => text.replaceAll(prefix, ':schema.')
  const bareOrNull = (text: string | null) => (text === null ? null : bare(text))
  const named = ({ name, definition }: Named) => ({ name, definition: bare(definition) })
  return {
    name: table.name,
    columns: table.columns.map((column) => ({
      ...column,
      type: bare(column.type),
      default: bareOrNull(column.default),
      generated: bareOrNull(column.generated),
    })),
    constraints: table.constraints.map(named),
    indexes: table.indexes.map(named),
  }
}
