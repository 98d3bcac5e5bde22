/** $1 job. All that its handler has stored of its work, as JSON texts. */
export const loadSteps = (schema: string) =>
  `select name, result::text as result from ${schema}.step where job_id = $1`
