/** $1 schema, $2 tables to pass over. Its other tables, quoted; a partitioned one stands for its partitions. */
export const listTables = `
select format('%I.%I', n.nspname, c.relname) as name
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> all ($2)`
