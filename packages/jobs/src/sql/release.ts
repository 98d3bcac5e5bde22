/** $1 ids, $2 tokens. Hands claimed jobs back, at their old place in the queue, and wakes others for them. */
export const release = (schema: string) => `
with held as materialized (
  select j.ctid as place from unnest($1::bigint[], $2::bigint[]) as h(id, token)
  join ${schema}.job j on j.id = h.id and j.token = h.token
  order by j.id for update of j skip locked
), freed as (
  update ${schema}.job j
  set state = case when j.suspect then 5 else 1 end, token = null, worker = null, started_at = null
  from held h where j.ctid = h.place
  returning j.id, j.name, j.queue, j.correlation, j.followed, j.suspect
), told as (
  insert into ${schema}.change (job_id, name, queue, state, correlation)
  select id, name, queue, 'queued', correlation from freed where followed
), woken as (
  select ${schema}.wake(array(select distinct queue from freed)),
    case when exists (select from freed where suspect) then pg_notify('${schema}', 'suspects') end
)
select f.id from freed f left join (select 1 from woken) w on true`
