import { JobManager } from '@factotum/jobs'
import { type TestDatabase, testDatabase } from '@factotum/postgres/testing'
import { upgradeApp } from './migrate.ts'

/** A database of one test file's own, with the tables of the engine and of the app. */
export function appDatabase(): Promise<TestDatabase> {
  return testDatabase('app', async (url) => {
    const jobs = new JobManager({ connectionString: url, migrate: false })
    try {
      await jobs.migrate()
    } finally {
      await jobs.close()
    }
    await upgradeApp(url)
  })
}
