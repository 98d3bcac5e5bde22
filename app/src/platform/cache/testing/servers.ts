import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/** `scripts/setup` installs them; `npm test` says so where one is missing. */
export const hasRedis = existsSync('/usr/bin/redis-server')
export const hasMemcached = existsSync('/usr/bin/memcached')
const saslpasswd = '/usr/sbin/saslpasswd2'
export const hasSasl = hasMemcached && existsSync(saslpasswd)

/** A server of a test's own, on a free port and in a folder of its own. */
export interface TestServer {
  port: number
  /** It takes what is sent, and answers nothing, as when its machine is out of breath. */
  freeze(): Promise<void>
  kill(): Promise<void>
  /** Once more, on the same port, with nothing in it. */
  startAgain(): Promise<void>
  /** Ends it, and removes its folder. */
  stop(): Promise<void>
}

interface Started {
  /** The arguments that it is started with; `folder` is its own. */
  command(port: number, folder: string): string[]
  env?(folder: string): Record<string, string>
  /** Writes into the folder what it needs. */
  prepare?(port: number, folder: string): Promise<void>
}

/** Dies with the test, also where that is killed. */
const withParent = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'] : []

async function start({ command, env, prepare }: Started): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'factotum-cache-'))
  const port = await freePort()
  await prepare?.(port, folder)
  let child: ChildProcess
  const run = async () => {
    const [program = '', ...args] = [...withParent, ...command(port, folder)]
    child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...env?.(folder) } })
    for (let tries = 0; !(await answers(port)); tries++) {
      if (tries === 400 || child.exitCode !== null)
        throw new Error(`${command(port, folder).join(' ')} did not start.`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await run()
  return {
    port,
    async freeze() {
      child.kill('SIGSTOP')
      await until(() => stands(child.pid))
    },
    kill,
    startAgain: run,
    async stop() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Each of its threads is stopped on its own. */
async function stands(pid: number | undefined): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`)
  const stats = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8')),
  )
  return stats.every((text) => /\) T /.test(text))
}

const redisServer = (port: number, folder: string) => [
  ...['/usr/bin/redis-server', '--bind', '127.0.0.1', '--port', String(port)],
  ...['--dir', folder, '--save', '', '--appendonly', 'no', '--repl-diskless-sync-delay', '0'],
]

export const startRedis = (...options: string[]): Promise<TestServer> =>
  start({ command: (port, folder) => [...redisServer(port, folder), ...options] })

export interface TestSentinels {
  sentinel: TestServer
  master: TestServer
  replica: TestServer
  stop(): Promise<void>
}

/**
 * A master, its replica, and the sentinel that calls them `office`.
 *
 * @param patience milliseconds after which it takes a silent master for dead
 */
export async function startSentinel(patience = 60_000): Promise<TestSentinels> {
  const master = await startRedis()
  const replica = await startRedis('--replicaof', '127.0.0.1', String(master.port))
  await until(async () => /state=online/.test(await askRedis(master.port, 'INFO replication')))
  const sentinel = await start({
    prepare: (port, folder) =>
      writeFile(
        join(folder, 'sentinel.conf'),
        `port ${port}
bind 127.0.0.1
dir ${folder}
sentinel monitor office 127.0.0.1 ${master.port} 1
sentinel down-after-milliseconds office ${patience}
sentinel failover-timeout office 10000
`,
      ),
    command: (_port, folder) => ['/usr/bin/redis-server', join(folder, 'sentinel.conf'), '--sentinel'],
  })
  // It fails over to whom it knows.
  await until(async () =>
    (await askRedis(sentinel.port, 'SENTINEL REPLICAS office')).includes(String(replica.port)),
  )
  const stop = async () =>
    void (await Promise.all([sentinel, master, replica].map((server) => server.stop())))
  return { sentinel, master, replica, stop }
}

const slots = 16_384

/** Three nodes that share the slots. */
export async function startCluster(): Promise<{ nodes: TestServer[]; stop(): Promise<void> }> {
  const buses = [await freePort(), await freePort(), await freePort()]
  const nodes = await Promise.all(
    buses.map((bus) => startRedis('--cluster-enabled', 'yes', '--cluster-port', String(bus))),
  )
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())))
  for (const [at, { port }] of nodes.entries()) {
    const from = Math.ceil((slots * at) / nodes.length)
    const to = Math.ceil((slots * (at + 1)) / nodes.length) - 1
    await askRedis(port, `CLUSTER ADDSLOTSRANGE ${from} ${to}`)
    await askRedis(nodes[0]?.port ?? 0, `CLUSTER MEET 127.0.0.1 ${port} ${buses[at]}`)
  }
  for (const { port } of nodes)
    await until(async () =>
      /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(await askRedis(port, 'CLUSTER INFO')),
    )
  return { nodes, stop }
}

const memcached = (port: number) => [
  ...['/usr/bin/memcached', '-l', '127.0.0.1', '-p', String(port), '-U', '0', '-m', '64'],
  // It refuses to run as root unless it is told to.
  ...(process.getuid?.() === 0 ? ['-u', 'root'] : []),
]

export const startMemcached = (): Promise<TestServer> => start({ command: memcached })

export const saslLogin = { username: 'factotum', password: 'with: @ and ,' }

export const startSaslMemcached = (): Promise<TestServer> =>
  start({
    async prepare(_port, folder) {
      const users = join(folder, 'users')
      const made = spawnSync(saslpasswd, ['-p', '-c', '-a', 'memcached', '-f', users, saslLogin.username], {
        input: saslLogin.password,
      })
      if (made.status !== 0) throw new Error(`saslpasswd2 failed: ${made.stderr}`)
      const config = `mech_list: plain\npwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: ${users}\n`
      await writeFile(join(folder, 'memcached.conf'), config)
    },
    env: (folder) => ({ SASL_CONF_PATH: folder }),
    command: (port) => [...memcached(port), '-S'],
  })

/** One command over a connection of its own; answers all that was said. A sentinel knows no QUIT. */
async function askRedis(port: number, command: string): Promise<string> {
  const client = new Redis(port, '127.0.0.1')
  try {
    const [name = '', ...words] = command.split(' ')
    const answer = await client.call(name, ...words)
    return typeof answer === 'string' ? answer : JSON.stringify(answer)
  } finally {
    client.disconnect()
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries === 600) throw new Error('A server of caches did not get ready.')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
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
