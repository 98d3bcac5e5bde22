import type pg from 'pg'
import type { Topic } from './messages.ts'
import type { Names } from './names.ts'

/** A client or a pool. */
type Queryable = Pick<pg.Pool, 'query'>

/** How often readers with subscribers renew, in milliseconds. */
export const renewEvery = 30_000

/** Says that these topics are watched now, and wakes the sequencer for them. */
export async function renewInterest(
  client: Queryable,
  names: Names,
  topics: readonly Topic[],
): Promise<void> {
  await client.query(
    `with renewed as (
       insert into ${names.schema}.live_interest as i (topic, renewed_at)
       select topic, now() from unnest($1::text[]) as topic order by topic
       on conflict (topic) do update set renewed_at = excluded.renewed_at
         where i.renewed_at < excluded.renewed_at - interval '10 s'
       returning 1
     )
     select pg_notify($2, '') where exists (select from renewed)`,
    [topics, names.wakeChannel],
  )
}

/** Whether anybody watched the topic in the last hour: somebody who is away for a while misses nothing. */
export async function isWatched(client: Queryable, { schema }: Names, topic: Topic): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from ${schema}.live_interest where topic = $1 and renewed_at > now() - interval '1 h'`,
    [topic],
  )
  return rowCount === 1
}

/** Whether anybody watches anything at this moment. */
export async function somebodyWatches(client: Queryable, { schema }: Names): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from ${schema}.live_interest where renewed_at > now() - interval '90 s' limit 1`,
  )
  return rowCount === 1
}
