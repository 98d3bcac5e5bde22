/** $1 queues, $2 names handled, $3 where the last due job was, $4 how many of each at most, $5 the floors; null: a sweep. */
export const tend = (schema: string) => `
select promoted, parked, unparked, due_from, next_due, ready, lowest, orphans from ${schema}.tend($1, $2, $3, $4, $5)`
