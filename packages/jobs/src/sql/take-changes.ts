/**
 * $1 position to look from, $2 how many at most, $3 the transaction of the take before, or null.
 * `standing` is false where that transaction did not commit: what it took is here again, below the position.
 */
export const takeChanges = (schema: string) => `
with gone as (
  delete from ${schema}.change where pos in (
    select pos from ${schema}.change where pos > $1 order by pos limit $2 for update
  )
  returning *
)
select c.*, pg_current_xact_id()::text as transaction,
  coalesce(pg_xact_status($3::text::xid8) = 'committed', true) as standing
from (select 1) one left join (select * from gone) c on true
order by c.pos`
