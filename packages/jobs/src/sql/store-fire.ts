/**
 * $1 name, $2 next fire or null, $3 the last that was made or null, $4 the jobs that may not have ended,
 * $5 missed, $6 skipped. The row is locked by this transaction.
 */
export const storeFire = (schema: string) => `
update ${schema}.schedule set next_at = $2, last_at = coalesce($3, last_at),
  last_made_at = case when $3::timestamptz is null then last_made_at else now() end,
  runs = $4::bigint[], missed_runs = missed_runs + $5, skipped_runs = skipped_runs + $6
where name = $1`
