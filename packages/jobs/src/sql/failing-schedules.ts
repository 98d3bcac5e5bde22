/** Schedules whose fire is owed for longer than $1 ms, and those whose last job failed. */
export const failingSchedules = (schema: string) => `
select * from (
  select s.name, extract(epoch from now() - s.next_at)::float8 as late,
    case when (select t.state from ${schema}.status t where t.id = s.runs[cardinality(s.runs)]) = 'failed'
      then s.runs[cardinality(s.runs)]::text end as job
  from ${schema}.schedule s where not s.paused
) f
where f.late > $1::float8 / 1000 or f.job is not null
order by f.name limit 100`
