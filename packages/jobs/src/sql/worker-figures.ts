/** Workers that beat within the last 30 s of the database's clock. */
export const workerFigures = (schema: string) => `
select w.id, w.name, w.queues, w.concurrency, w.started_at,
  (select count(*) from ${schema}.job j where j.state = 2 and j.worker = w.id and j.started_at is not null) as running
from ${schema}.worker w where w.beaten_at > now() - interval '30 seconds' order by w.id`
