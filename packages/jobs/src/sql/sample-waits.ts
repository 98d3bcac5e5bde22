/**
 * $1 pages of history to look at for each minute. Keeps the waits of minutes that are past and still in the tally. Of a
 * minute's ends all are stored some seconds later.
 */
export const sampleWaits = (schema: string) => `
select ${schema}.sample_waits(m.minute, $1)
from generate_series((select date_trunc('minute', min(at)) from ${schema}.tally),
  date_trunc('minute', now() - interval '65 seconds'), '1 minute') m(minute)
where not exists (select from ${schema}.wait w where w.minute = m.minute)
  and exists (select from ${schema}.tally t
    where t.at >= m.minute and t.at < m.minute + interval '1 minute' and t.finished > 0)`
