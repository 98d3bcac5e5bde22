/**
 * Within a statement that ends jobs, with their rows as `gone`: settles it with those that wait for them. One row, with
 * those that this canceled as `dependents`.
 */
export const settleGone = (schema: string, outcome: string) => `select jsonb_agg(d.job) as dependents from (
    select array_agg(id) as ids, ${outcome} as outcome from gone where leads group by 2) l,
    jsonb_array_elements(${schema}.settle_and_tell(l.ids, l.outcome)) d(job)`

/** Those, in one row of the answer. */
export const dependentsOnce = 'case when row_number() over () = 1 then settled.dependents end as dependents'
