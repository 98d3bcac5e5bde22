/** $1 queue, $2 whether it pauses. */
export const pauseQueue = (schema: string) => `
insert into ${schema}.queue (name, paused) values ($1, $2) on conflict (name) do update set paused = excluded.paused`
