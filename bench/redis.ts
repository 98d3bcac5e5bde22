import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from './store.ts'

/** As durable as PostgreSQL: nothing is answered before its log is on the disk. */
const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '']

/** A server of our own, with Debian's `redis-server`, on a free port and in a folder of its own. */
export async function openRedis(): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), 'factotum-bench-redis-'))
  const port = await freePort()
  const place = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder]
  const server = spawn('redis-server', [...place, ...durable], { stdio: 'ignore' })
  const kill = () => void server.kill('SIGKILL')
  process.once('exit', kill)
  const gone = new Promise<never>((_, reject) => {
    server.once('error', () =>
      reject(new Error('redis-server can not be started: scripts/setup installs it.')),
    )
    server.once('exit', () => reject(new Error('redis-server ended.')))
  })
  gone.catch(() => {})
  await Promise.race([gone, answering(port)])
  return {
    describe: () => describe(port),
    async withEmpty(work) {
      await ask(port, 'FLUSHALL')
      return work(`redis://127.0.0.1:${port}`)
    },
    async stop() {
      process.off('exit', kill)
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** @throws Error where it does not write through. */
async function describe(port: number): Promise<string> {
  const [, version = '?'] = /redis_version:(\S+)/.exec(await ask(port, 'INFO server')) ?? []
  const only = await ask(port, 'CONFIG GET appendonly')
  const sync = await ask(port, 'CONFIG GET appendfsync')
  if (!/\byes\b/.test(only) || !/\balways\b/.test(sync)) {
    throw new Error('This Redis does not write each command to the disk before it answers.')
  }
  return `Redis: ${version}, appendonly yes, appendfsync always`
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await ask(port, 'PING').catch(() => '')
    if (answer.startsWith('+PONG')) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('redis-server does not answer.')
}

/** One command over a connection of its own; answers all that was said. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\nQUIT\r\n`))
    socket.setEncoding('utf8')
    socket.on('data', (text) => {
      answer += text
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(answer))
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (typeof address === 'object' && address) resolve(address.port)
        else reject(new Error('No free port.'))
      })
    })
  })
}
