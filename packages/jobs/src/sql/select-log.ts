/** $1 job. Its newest 1,000 lines, oldest first. */
export const selectLog = (schema: string) => `
select at, attempt, line from (
  select id, at, attempt, line from ${schema}.log where job_id = $1 order by id desc limit 1000
) newest order by id`
