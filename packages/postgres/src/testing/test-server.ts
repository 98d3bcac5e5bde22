import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from '../processes.ts'
import { startPostgres } from '../start.ts'
import { dropTemplates } from './test-database.ts'

/** Nothing in a test database has to survive the machine. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  wal_level: 'minimal',
  max_wal_senders: '0',
}

const prefix = 'factotum-test-'

/**
 * Vitest's global set-up: one server for the whole run, handed to every test process by the environment.
 * A `TEST_DATABASE_URL` that is already set wins: that is how the suite runs on another PostgreSQL.
 */
export default async function setup(): Promise<() => Promise<void>> {
  process.env.FACTOTUM_TEST_RUN = randomBytes(8).toString('hex')
  const other = process.env.TEST_DATABASE_URL
  if (other) return () => dropTemplates(other)
  await sweep()
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  const server = await startPostgres({ folder, dieWithParent: true, settings })
  process.env.TEST_DATABASE_URL = server.url
  return async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Removes the folders of runs that were killed. Their servers died with them. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('-')[0]) : Number.NaN
    if (Number.isNaN(owner) || (await isAlive(owner))) continue
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined)
  }
}
