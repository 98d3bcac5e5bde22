import type { ClientBase } from 'pg'

/** Moves a schedule, taken in this transaction, to its next fire. */
export async function storeFire(
  client: ClientBase,
  schema: string,
  name: string,
  next: Date | null,
  last: Date | null,
): Promise<void> {
  await client.query(
    `update ${schema}.schedule set next_at = $2, last_at = coalesce($3, last_at) where name = $1`,
    [name, next, last],
  )
}
