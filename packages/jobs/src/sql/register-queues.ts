/** $1 names of queues that this program met for the first time. */
export const registerQueues = (schema: string) => `
insert into ${schema}.queue (name) select unnest($1::text[]) order by 1 on conflict do nothing`
