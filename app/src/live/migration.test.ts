import { fileURLToPath } from 'node:url'
import { downgrade, history, upgrade } from '@factotum/jobs/migrations'
import type { TestDatabase } from '@factotum/postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { collect, startBus } from './testing/bus.ts'
import { connected } from './testing/connected.ts'
import { liveDatabase } from './testing/live-database.ts'
import { until } from './testing/until.ts'

const set = { folder: fileURLToPath(new URL('../../migrations', import.meta.url)), schema: 'factotum' }

let database: TestDatabase

beforeAll(async () => {
  database = await liveDatabase()
})

afterAll(() => database.drop())

async function use(): Promise<void> {
  const bus = await startBus(database.url)
  const collector = await collect(bus.live, ['jobs'])
  await bus.live.publish(bus.pool, { topic: 'jobs', type: 'changed', detail: 1 })
  await until('it', () => collector.events.length === 1)
  await bus.stop()
}

test('the schema goes back, also after it was used, and comes again', async () => {
  await use()
  await connected(database.url, async (client) => {
    const applied = await history(client, set)
    await downgrade(client, set, applied.length)
    const { rows } = await client.query(
      "select relname from pg_class where relnamespace = 'factotum'::regnamespace and relname like 'live%' union all select proname from pg_proc where pronamespace = 'factotum'::regnamespace and proname like 'live%'",
    )
    expect(rows).toEqual([])
    await upgrade(client, set)
  })
  await use()
})
