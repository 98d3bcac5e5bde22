/**
 * $1 worker. Beats, and answers every worker's beat and the cancels asked of this one. Nothing at all: this worker was
 * declared dead.
 */
export const beat = (schema: string) => `
with mine as (
  update ${schema}.worker set beat = beat + 1, beaten_at = now() where id = $1 returning id, queues
)
select 'worker' as kind, w.id::bigint, w.beat from ${schema}.worker w, mine
union all
select 'cancel', j.id, j.token from ${schema}.job j, mine
  where j.queue = any (mine.queues) and j.worker = $1 and j.state = 2 and j.cancel_at is not null`
