import { fileURLToPath } from 'node:url'
import type { ClientBase } from 'pg'
import { expect, test } from 'vitest'
import { downgrade, history, upgrade } from '../src/migrations.ts'
import { setting } from './setting.ts'

const t = setting()
const set = { folder: fileURLToPath(new URL('../migrations', import.meta.url)), schema: 'factotum_jobs' }

/** All that migrations make, as text; partitions come and go. */
async function shape(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ it: string }>(
    `select p.oid::regprocedure || ' ' || md5(pg_get_functiondef(p.oid)) as it
       from pg_proc p where p.pronamespace = 'factotum_jobs'::regnamespace
     union all
     select format('%s.%s %s %s', c.relname, a.attname, a.atttypid::regtype, a.attnotnull)
       from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relnamespace = 'factotum_jobs'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
         and a.attnum > 0 and not a.attisdropped
     union all
     select i.indexdef from pg_indexes i join pg_class c on c.oid = format('%I.%I', i.schemaname, i.tablename)::regclass
       where i.schemaname = 'factotum_jobs' and not c.relispartition
     order by it`,
  )
  return rows.map(({ it }) => it)
}

test('each migration can be taken back: the schema is what it was before, and comes again', async () => {
  const client = await t.pool.connect()
  try {
    const applied = await history(client, set)
    const full = await shape(client)
    // What a migration leaves, as far as those after it were never there.
    const down: string[][] = []
    for (let left = applied.length; left > 1; left--) {
      await downgrade(client, set)
      down.unshift(await shape(client))
    }
    await upgrade(client, set)
    expect(await shape(client)).toEqual(full)
    for (const before of down.toReversed()) {
      await downgrade(client, set)
      expect(await shape(client)).toEqual(before)
    }
    await upgrade(client, set)
  } finally {
    client.release()
  }
})
