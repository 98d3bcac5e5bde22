/** $1 name, $2 next fire or null, $3 the last that was made or null. The row is locked by this transaction. */
export const storeFire = (schema: string) => `
update ${schema}.schedule set next_at = $2, last_at = coalesce($3, last_at) where name = $1`
