import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises'
import { freemem, tmpdir } from 'node:os'
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
  max_prepared_transactions: '10',
  wal_level: 'minimal',
  max_wal_size: '256MB',
  max_wal_senders: '0',
}

const prefix = 'factotum-test-'

/** Linux keeps this folder in memory. */
const memory = '/dev/shm'
const roomy = 4 * 1024 ** 3

/**
 * Vitest's global set-up: one server for the whole run, handed to every test process by the environment.
 * A `TEST_DATABASE_URL` that is already set wins: that is how the suite runs on another PostgreSQL.
 */
export default async function setup(): Promise<() => Promise<void>> {
  process.env.FACTOTUM_TEST_RUN = randomBytes(8).toString('hex')
  const other = process.env.TEST_DATABASE_URL
  if (other) return () => dropTemplates(other)
  for (const base of [memory, tmpdir()]) await sweep(base)
  const folder = await mkdtemp(join(await roomiest(), `${prefix}${process.pid}-`))
  const server = await startPostgres({ folder, dieWithParent: true, settings })
  process.env.TEST_DATABASE_URL = server.url
  return async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** In memory a database is cloned many times as fast as on a busy disk; where memory is short, on disk. */
async function roomiest(): Promise<string> {
  const { bavail, bsize } = await statfs(memory).catch(() => ({ bavail: 0, bsize: 0 }))
  return Math.min(bavail * bsize, freemem()) > roomy ? memory : tmpdir()
}

/** Removes the folders of runs that were killed. Their servers died with them. */
async function sweep(base: string): Promise<void> {
  for (const name of await readdir(base).catch(() => [])) {
    const owner = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('-')[0]) : Number.NaN
    if (Number.isNaN(owner) || (await isAlive(owner))) continue
    await rm(join(base, name), { recursive: true, force: true }).catch(() => undefined)
  }
}
