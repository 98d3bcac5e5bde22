/** Adds the tally of past minutes up, a row a minute and queue, and forgets minutes older than 40 days, with their waits. */
export const rollUpTally = (schema: string) => `
with past as (
  delete from ${schema}.tally where at < date_trunc('minute', now()) - interval '2 minutes' returning *
), forgotten as (
  delete from ${schema}.minute where minute < now() - interval '40 days'
), forgotten_waits as (
  delete from ${schema}.wait where minute < now() - interval '40 days'
)
insert into ${schema}.minute as m (minute, queue, finished, failed, canceled)
select date_trunc('minute', at), queue, sum(finished), sum(failed), sum(canceled) from past group by 1, 2 order by 1, 2
on conflict (minute, queue) do update set finished = m.finished + excluded.finished, failed = m.failed + excluded.failed,
  canceled = m.canceled + excluded.canceled`
