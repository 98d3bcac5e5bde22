/** $1 job, $2 how many at most. What it waits or waited for, in the order given. */
export const selectParents = (schema: string) => `
with named as materialized (
  select parent, place, outcome from ${schema}.dependency where child = $1 order by place limit $2
)
select n.parent as id, s.name,
  coalesce(s.state, case n.outcome when 10 then 'finished' when 11 then 'failed' else 'canceled' end) as state,
  s.result, case when s.state = 'failed' then s.error end as error
from named n
left join (select * from ${schema}.status where id = any (array(select parent from named))) s on s.id = n.parent
order by n.place`
