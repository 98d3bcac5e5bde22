import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../start.ts'

/** Nothing in a test database has to survive the machine. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  wal_level: 'minimal',
  max_wal_senders: '0',
}

/**
 * Vitest's global set-up: one server for the whole run, handed to every test process by the environment.
 * A `TEST_DATABASE_URL` that is already set wins: that is how the suite runs on another PostgreSQL.
 */
export default async function setup(): Promise<() => Promise<void>> {
  process.env.FACTOTUM_TEST_RUN = randomBytes(4).toString('hex')
  if (process.env.TEST_DATABASE_URL) return async () => {}
  const folder = await mkdtemp(join(tmpdir(), 'factotum-test-'))
  const server = await startPostgres({ folder, dieWithParent: true, settings })
  process.env.TEST_DATABASE_URL = server.url
  return async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
