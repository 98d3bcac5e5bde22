/** The highest id of a job that a bulk may be about: those made later are not its business. */
export const newestId = (schema: string) => `
select greatest((select max(id) from ${schema}.job), (select max(id) from ${schema}.failed), 0) as id`
