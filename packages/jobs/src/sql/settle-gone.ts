/** Within a statement that ends jobs, with their rows as `gone`: settles it with those that wait for them. One row. */
export const settleGone = (
  schema: string,
  outcome: string,
) => `select count(${schema}.settle(l.ids, l.outcome)) from (
    select array_agg(id) as ids, ${outcome} as outcome from gone where leads group by 2) l`
