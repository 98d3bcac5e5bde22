/** $1 how many jobs of a worker are named. Workers that beat within the last 30 s of the database's clock. */
export const workerFigures = (schema: string) => `
select w.id, w.name, w.queues, w.concurrency, w.started_at,
  (select count(*) from ${schema}.job j where j.state = 2 and j.worker = w.id and j.started_at is not null) as running,
  array(
    select jsonb_build_object('id', j.id::text, 'name', j.name, 'queue', j.queue, 'startedAt', j.started_at)
    from ${schema}.job j where j.state = 2 and j.worker = w.id and j.started_at is not null
    order by j.started_at, j.id limit $1
  ) as jobs
from ${schema}.worker w where w.beaten_at > now() - interval '30 seconds' order by w.id`
