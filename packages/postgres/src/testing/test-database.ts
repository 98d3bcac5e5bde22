import { createHash, randomBytes } from 'node:crypto'
import pg from 'pg'

/** A database of one test file's own, cloned from a template. */
export interface TestDatabase {
  /** Connection string for `pg`. */
  url: string
  name: string
  /** Drops the database. Throws when a connection is still open: something was not closed. */
  drop(): Promise<void>
}

/**
 * Clones a database for a test file. The first caller of a run makes the template, under a lock.
 *
 * @param template a name for the template, one for each different `prepare`
 * @param prepare makes the template's content, from an empty database
 */
export async function testDatabase(
  template = 'empty',
  prepare: (url: string) => Promise<void> = async () => {},
): Promise<TestDatabase> {
  const server = process.env.TEST_DATABASE_URL
  if (!server)
    throw new Error(
      'TEST_DATABASE_URL is not set: run the tests with vitest from the root of the repository.',
    )
  const run = process.env.FACTOTUM_TEST_RUN ?? String(process.ppid)
  const templateName = `template_${template}_${createHash('sha256').update(run).digest('hex').slice(0, 8)}`
  const name = `test_${randomBytes(8).toString('hex')}`
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  try {
    await admin.query('select pg_advisory_lock(hashtext($1))', [templateName])
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [templateName])
    if (rowCount === 0) {
      const making = `${templateName}_making`
      await admin.query(`drop database if exists ${making}`)
      await admin.query(`create database ${making}`)
      await prepare(at(server, making))
      await admin.query(`alter database ${making} rename to ${templateName}`)
    }
    await admin.query(`create database ${name} template ${templateName}`)
  } finally {
    await admin.end()
  }
  return { name, url: at(server, name), drop: () => drop(server, name) }
}

async function drop(server: string, name: string): Promise<void> {
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  try {
    // A closed connection's backend needs a moment to go.
    for (let tries = 0; ; tries++) {
      const { rows } = await admin.query<{ query: string }>(
        'select query from pg_stat_activity where datname = $1 and backend_type = $2',
        [name, 'client backend'],
      )
      if (rows.length === 0) break
      if (tries === 100) {
        await admin.query(`drop database ${name} with (force)`)
        throw new Error(
          `The test left ${rows.length} connection(s) open; last query: ${rows.map((row) => row.query).join(' | ')}`,
        )
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await admin.query(`drop database ${name}`)
  } finally {
    await admin.end()
  }
}

function at(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}
