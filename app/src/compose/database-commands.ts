import { fileURLToPath } from 'node:url'
import { JobManager } from '@factotum/jobs'
import type { MigrationState } from '@factotum/jobs/migrations'
import type { Config } from '../platform/config/index.ts'
import { type WrittenMigration, writeMigration } from '../platform/database/difference/write-migration.ts'
import {
  downgradeSet,
  migrationSets,
  migrations,
  ownMigrations,
  type Part,
  type PartSet,
  statesOf,
  upgradeSet,
  withClient,
} from '../platform/database/migrate.ts'
import { openDatabase } from '../platform/database/open.ts'
import { createLog } from '../platform/logging/index.ts'
import { findSchemas } from './discover-schemas.ts'

const modules = ['../features', '../platform'].map((path) => fileURLToPath(new URL(path, import.meta.url)))

/** What was done to a part, by the names of its migrations. */
export interface Applied {
  part: Part
  names: string[]
}

/** Brings all tables up to this program, one program at a time; answers what was applied. */
export function upgradeDatabase(config: Config, features?: string): Promise<Applied[]> {
  return beside(config, async (url) => {
    const applied: Applied[] = []
    for (const set of migrationSets(features)) {
      applied.push({ part: set.part, names: await upgradeSet(url, set) })
      if (set.part === 'jobs') await makePartitions(url)
    }
    return applied
  })
}

/** The engine's history stands in partitions by day, which no migration makes. */
async function makePartitions(url: string): Promise<void> {
  const jobs = new JobManager({ connectionString: url, migrate: false })
  try {
    await jobs.migrate()
  } finally {
    await jobs.close()
  }
}

/** Takes back the newest migrations of one part; answers their names, newest first. */
export const downgradeDatabase = (
  config: Config,
  { part, steps, features }: { part: Part; steps: number; features?: string | undefined },
): Promise<string[]> =>
  beside(config, async (url) => {
    const set = migrationSets(features).find((each) => each.part === part)
    return set ? downgradeSet(url, set, steps) : []
  })

/** How far each part is. */
export const databaseStates = (
  config: Config,
  features?: string,
): Promise<(PartSet & { states: MigrationState[] })[]> =>
  beside(config, (url) =>
    Promise.all(migrationSets(features).map(async (set) => ({ ...set, states: await statesOf(url, set) }))),
  )

/** Writes the next migration of the program, or of the folder with features. */
export async function migrateDatabase(
  config: Config,
  asked: { what: string; drop: string[]; features?: string | undefined },
): Promise<WrittenMigration & { folder: string }> {
  const { what, drop, features } = asked
  const set = features === undefined ? migrations : ownMigrations(features)
  const exported = await findSchemas(features === undefined ? modules : [features])
  const written = await beside(config, (url) =>
    withClient(url, (client) => writeMigration(client, { set, what, exported, drop })),
  )
  return { ...written, folder: set.folder }
}

/** Does something on the program's database, beside whatever runs. */
export async function beside<T>(config: Config, work: (url: string) => Promise<T>): Promise<T> {
  const database = await openDatabase(config, createLog(config, 'db'))
  try {
    return await work(database.url)
  } finally {
    await database.close()
  }
}
