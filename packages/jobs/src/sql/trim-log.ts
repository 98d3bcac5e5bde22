/** $1 job. Keeps its newest 1,000 lines. */
export const trimLog = (schema: string) => `
delete from ${schema}.log where job_id = $1
  and id <= (select id from ${schema}.log where job_id = $1 order by id desc offset 1000 limit 1)`
