/** The hot table, as the statistics count it. */
export const tableFigures = (schema: string) => `
select s.n_live_tup::float8 as live, s.n_dead_tup::float8 as dead,
  pg_table_size(s.relid)::float8 as bytes, pg_indexes_size(s.relid)::float8 as index_bytes
from pg_stat_user_tables s where s.relid = '${schema}.job'::regclass`
