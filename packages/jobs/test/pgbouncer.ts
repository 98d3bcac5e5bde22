import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = '/usr/sbin/pgbouncer'

/** `scripts/setup` installs it; `npm test` says so where it is missing. */
export const hasPgBouncer = existsSync(program)

export interface PgBouncer {
  /** The same database, through the pooler. */
  url: string
  stop(): Promise<void>
}

/**
 * A pooler in transaction mode before the server of `target`. Each transaction comes on the connection that was idle for
 * longest, so that whatever counts on having the same one again fails at once.
 */
export async function startPgBouncer(target: string): Promise<PgBouncer> {
  const { hostname, port, username, password } = new URL(target)
  const folder = await mkdtemp(join(tmpdir(), 'factotum-pgbouncer-'))
  const listenPort = await freePort()
  const login = `host=${hostname} port=${port} user=${decodeURIComponent(username)}`
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = ${login}${password ? ` password=${decodeURIComponent(password)}` : ''}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
server_round_robin = 1
default_pool_size = 8
max_client_conn = 200
`,
  )
  await chmod(folder, 0o755)
  const child = spawn(program, [join(folder, 'pgbouncer.ini')], {
    // It refuses to run as root; nobody will do.
    ...(process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  let said = ''
  child.stderr.on('data', (data: Buffer) => {
    said = `${said}${data}`.slice(-5_000)
  })
  for (let tries = 0; !(await answers(listenPort)); tries++) {
    if (tries === 200 || child.exitCode !== null) throw new Error(`PgBouncer did not start:\n${said}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(listenPort)
  return {
    url: url.href,
    async stop() {
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (!address || typeof address === 'string') throw new Error('There is no free port.')
  return address.port
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    socket.once('connect', () => socket.destroy(new Error()))
    socket.once('error', () => {})
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  })
}
