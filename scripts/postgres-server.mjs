// A PostgreSQL server of any version, in a cluster of its own for a run of the tests: free port, temporary folder, no trace left.
import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

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
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
}

/**
 * @param {string} programs the folder of its `initdb` and `postgres`
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startPostgres(programs) {
  const folder = mkdtempSync(join(roomiest(), 'factotum-postgres-'))
  const data = join(folder, 'data')
  const log = join(folder, 'log')
  const account = postgresAccount()
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid)
  const made = spawnSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
    { ...account, encoding: 'utf8', cwd: folder },
  )
  if (made.status !== 0) throw new Error(`initdb did not succeed:\n${made.error ?? made.stderr}`)
  const port = await freePort()
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  // It dies with this program, however that ends.
  const server = spawn(
    'setpriv',
    ['--pdeathsig', 'QUIT', join(programs, 'postgres'), '-D', data, '-p', String(port), ...options],
    { ...account, cwd: folder, stdio: ['ignore', openSync(log, 'a'), openSync(log, 'a')] },
  )
  const ended = new Promise((resolve) => server.once('exit', resolve))
  for (let tries = 0; !readFileSync(log, 'utf8').includes('ready to accept connections'); tries++) {
    if (tries === 300 || server.exitCode !== null) {
      throw new Error(`${programs}/postgres did not start:\n${readFileSync(log, 'utf8')}`)
    }
    await pause(100)
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      server.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL refuses to run as root. */
function postgresAccount() {
  if (process.getuid?.() !== 0) return {}
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith('postgres:'))
  const [, , uid, gid] = line?.split(':') ?? []
  if (!uid || !gid) throw new Error('There is no user "postgres", as which PostgreSQL could run.')
  return { uid: Number(uid), gid: Number(gid) }
}

function roomiest() {
  if (!existsSync('/dev/shm')) return tmpdir()
  const { bavail, bsize } = statfsSync('/dev/shm')
  return bavail * bsize > 4 * 1024 ** 3 ? '/dev/shm' : tmpdir()
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
