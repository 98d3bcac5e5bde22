import { fileURLToPath } from 'node:url'
import { upgrade } from '@factotum/jobs/migrations'
import { type TestDatabase, testDatabase } from '@factotum/postgres/testing'
import pg from 'pg'

const migrations = fileURLToPath(new URL('../../../migrations', import.meta.url))

/** A database of one test file's own, with the app's tables. */
export function eventlogDatabase(): Promise<TestDatabase> {
  return testDatabase('eventlog', async (url) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      await upgrade(client, { folder: migrations, schema: 'factotum' })
    } finally {
      await client.end()
    }
  })
}
