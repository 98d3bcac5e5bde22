/** $1 names to leave alone. Milliseconds on the database's clock; null where no fire comes. */
export const timeToNextFire = (schema: string) => `
select (extract(epoch from min(next_at) - clock_timestamp()) * 1000)::float8 as ms
from ${schema}.schedule
where name <> all ($1::text[])`
