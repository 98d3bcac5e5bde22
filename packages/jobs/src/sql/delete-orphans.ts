/** Progress of jobs that ended in a claim that reported none, as after a worker's death in the middle. */
export const deleteOrphans = (schema: string) => `
delete from ${schema}.progress p where not exists (select from ${schema}.job j where j.id = p.job_id)`
