/** $1 job, $2 how many at most. What its handler has stored of its work. */
export const selectSteps = (schema: string) => `
select name, result, at from ${schema}.step where job_id = $1 order by at, name limit $2`
