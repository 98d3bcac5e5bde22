import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
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
 * @param prepare makes the template's content, from an empty database; closes its connections
 */
export async function testDatabase(
  template = 'empty',
  prepare: (url: string) => Promise<void> = async () => {},
): Promise<TestDatabase> {
  if (!/^[a-z][a-z0-9_]{0,30}$/.test(template)) {
    throw new Error(
      `A template is named with up to 31 of a-z, 0-9 and _, beginning with a letter, not "${template}".`,
    )
  }
  const server = process.env.TEST_DATABASE_URL
  if (!server) {
    throw new Error(
      'TEST_DATABASE_URL is not set: run the tests with vitest from the root of the repository.',
    )
  }
  const name = `test_${randomBytes(8).toString('hex')}`
  const url = at(server, name)
  await withAdmin(server, async (admin) => {
    const source = await makeTemplate(admin, server, template, prepare)
    await admin.query(`create database ${name} template ${source} ${await strategy(admin)}`)
  })
  return { name, url, drop: () => withAdmin(server, (admin) => dropTestDatabase(admin, name)) }
}

/** Drops the templates that this run made: for a server that outlives it. */
export async function dropTemplates(server: string): Promise<void> {
  await withAdmin(server, async (admin) => {
    const { rows } = await admin.query<{ name: string }>(
      `select datname as name from pg_database where starts_with(datname, 'template_') and datname like $1`,
      [`%\\_${run()}%`],
    )
    for (const { name } of rows) await admin.query(`drop database if exists ${name} with (force)`)
  })
}

async function makeTemplate(
  admin: pg.Client,
  server: string,
  template: string,
  prepare: (url: string) => Promise<void>,
): Promise<string> {
  const name = `template_${template}_${run()}`
  const made = () => admin.query('select from pg_database where datname = $1', [name])
  if ((await made()).rowCount !== 0) return name
  // Held until this connection closes.
  await admin.query('select pg_advisory_lock(hashtext($1))', [name])
  if ((await made()).rowCount !== 0) return name
  const making = `${name}_making`
  await admin.query(`drop database if exists ${making} with (force)`)
  await admin.query(`create database ${making}`)
  await prepare(at(server, making))
  await allClosed(admin, making, `The preparation of the template "${template}"`)
  // No connection comes near it any more, autovacuum's included: it would hold up the clones.
  await admin.query(`alter database ${making} with allow_connections false`)
  await admin.query(`alter database ${making} rename to ${name}`)
  return name
}

async function dropTestDatabase(admin: pg.Client, name: string): Promise<void> {
  try {
    await allClosed(admin, name, 'The test')
  } finally {
    await admin.query(`drop database ${name} with (force)`)
  }
}

/** A closed connection's process needs a moment to go; one that stays was not closed. */
async function allClosed(admin: pg.Client, database: string, who: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { rows } = await admin.query<{ open: string }>(
      `select format('%s, %s, last query: %s', coalesce(nullif(application_name, ''), 'unnamed'), state, query) as open
       from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
      [database],
    )
    if (rows.length === 0) return
    if (tries === 100) {
      const open = rows.map((row) => `- ${row.open}`).join('\n')
      throw new Error(`${who} left ${rows.length} connection(s) open:\n${open}`)
    }
    await pause(20)
  }
}

/** Copying files is three times as fast as logging every page, unless the disk must be waited for. */
async function strategy(admin: pg.Client): Promise<string> {
  const { rows } = await admin.query<{ quick: boolean }>(
    `select current_setting('fsync') = 'off' and current_setting('server_version_num')::int >= 150000 as quick`,
  )
  return rows[0]?.quick ? 'strategy file_copy' : ''
}

async function withAdmin<T>(server: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: server, application_name: 'test databases' })
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}

/** Short name of this run of the tests: templates of another run may be of older code. */
function run(): string {
  const run = process.env.FACTOTUM_TEST_RUN ?? String(process.ppid)
  return createHash('sha256').update(run).digest('hex').slice(0, 8)
}

function at(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}
