import { fileURLToPath } from 'node:url'
import { upgrade } from '@factotum/jobs/migrations'
import pg from 'pg'

/** The schema of the app's own tables. */
export const schema = 'factotum'

/** Numbered SQL of the app's own tables. */
export const migrations = {
  folder: fileURLToPath(new URL('../../../migrations', import.meta.url)),
  schema,
}

/** Applies what is missing of the app's migrations, one program at a time; answers their names. */
export async function upgradeApp(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'factotum' })
  await client.connect()
  try {
    return await upgrade(client, migrations)
  } finally {
    await client.end()
  }
}
