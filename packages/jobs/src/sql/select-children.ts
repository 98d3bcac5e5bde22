/** $1 job, $2 how many at most. The jobs that wait or waited for it. */
export const selectChildren = (schema: string) => `
select id, name, state from ${schema}.status
where id = any (array(select child from ${schema}.dependency where parent = $1 order by child limit $2))
order by id`
