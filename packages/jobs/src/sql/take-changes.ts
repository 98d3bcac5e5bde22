/**
 * $1 position to look from, $2 how many at most, $3 the transaction that took what is below the position, or null: if it
 * did not commit, all that is back, and the look is from the beginning. There is a row also where there is no change.
 */
export const takeChanges = (schema: string) => `
with gone as (
  delete from ${schema}.change where pos in (
    select pos from ${schema}.change
    where pos > (select case when coalesce(pg_xact_status($3::text::xid8) = 'committed', true) then $1::bigint else 0 end)
    order by pos limit $2 for update
  )
  returning *
)
select c.*, pg_current_xact_id_if_assigned()::text as transaction
from (select 1) one left join (select * from gone) c on true
order by c.pos`
