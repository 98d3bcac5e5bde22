import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  downgrade,
  engineMigrations,
  type MigrationSet,
  type MigrationState,
  NewerSchema,
  states,
  upgrade,
} from '@factotum/jobs/migrations'
import pg from 'pg'

/** The schema of the app's own tables. */
export const schema = 'factotum'

/** The schema of the tables of features that people add. */
export const ownSchema = 'factotum_features'

/** Numbered SQL of the app's own tables. */
export const migrations: MigrationSet = {
  folder: fileURLToPath(new URL('../../../migrations', import.meta.url)),
  schema,
}

/** Whose tables a set makes. */
export type Part = 'jobs' | 'app' | 'features'

export interface PartSet extends MigrationSet {
  part: Part
}

/** The migrations of a folder with features of one's own stand in `migrations/` of it. */
export const ownMigrations = (features: string): PartSet => ({
  part: 'features',
  folder: join(features, 'migrations'),
  schema: ownSchema,
})

/** All that there are, in the order in which they are applied. */
export function migrationSets(features?: string): PartSet[] {
  const own = features === undefined ? [] : [ownMigrations(features)]
  return [
    { part: 'jobs', ...engineMigrations() },
    { part: 'app', ...migrations },
    ...own.filter(({ folder }) => existsSync(folder)),
  ]
}

/** Applies what is missing of the app's migrations, one program at a time; answers their names. */
export const upgradeApp = (url: string): Promise<string[]> => upgradeSet(url, migrations)

/**
 * Applies what is missing of a set, one program at a time; answers the names.
 *
 * @throws Error with what to do where the schema is newer than this program
 */
export const upgradeSet = (url: string, set: MigrationSet): Promise<string[]> =>
  withClient(url, (client) => upgrade(client, set))

/** Takes back the newest of a set; answers their names, newest first. */
export const downgradeSet = (url: string, set: MigrationSet, steps: number): Promise<string[]> =>
  withClient(url, (client) => downgrade(client, set, steps))

export const statesOf = (url: string, set: MigrationSet): Promise<MigrationState[]> =>
  withClient(url, (client) => states(client, set))

/** Does something on a connection of its own: a pool's may be one that others use in between. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'factotum' })
  // Without a listener a lost connection would end the process; the next statement reports it.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } catch (error) {
    throw error instanceof NewerSchema ? newerThanThis(error) : error
  } finally {
    await client.end()
  }
}

function newerThanThis(error: NewerSchema): Error {
  const { schema, unknown } = error
  return new Error(
    `The schema ${schema} of the database is newer than this program: it has the migration ${unknown.join(', ')}. ` +
      'Start the newer version, or take the migration back with that version: "factotum db downgrade".',
    { cause: error },
  )
}
