/** $1 ids, $2 their tokens. Of jobs that a write passed over, those that are still this claim's: only locked for now. */
export const stillHeld = (schema: string) => `
select j.id from unnest($1::bigint[], $2::bigint[]) as h(id, token)
join ${schema}.job j on j.id = h.id and j.token = h.token`
