/** $1 milliseconds. Claimed jobs whose cancel was asked for longer ago: their worker does not answer. */
export const overdueCancels = (schema: string) => `
select id, token, started_at is not null as started from ${schema}.job
where state = 2 and cancel_at < now() - $1 * interval '1 millisecond'`
