import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { built } from './build.ts'
import { Network } from './network.ts'
import { exitCode, type Orders } from './program.ts'
import type { Recorder } from './recorder.ts'

export type Role = 'worker' | 'caller'

/** A program of the chaos that runs. */
export interface Program {
  role: Role
  name: string
  child: ChildProcess
  network: Network
  /** A fault is upon it. */
  troubled: boolean
  /** Its end is wanted, or came by one of its own handlers. */
  mayEnd: boolean
  /** None takes its place. */
  dismissed: boolean
  ended: Promise<void>
}

/** So small that what leaks is felt. */
const heap = 96
const keptOfErrors = 4_000

const loader = fileURLToPath(new URL('clock.mjs', import.meta.url))
const file = (role: Role) => `${built}test/chaos/${role}.js`
/** With it the kernel ends a program, stopped or not, when the driver ends, however that ends. */
const dyingWithUs =
  spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true']).status === 0
    ? ['setpriv', '--pdeathsig', 'KILL', '--']
    : []

/** The programs of one round: keeps so many of each role running, whatever happens to them. */
export class Programs {
  readonly running = new Set<Program>()
  readonly #recorder: Recorder
  readonly #orders: Omit<Orders, 'name' | 'url'>
  readonly #url: string
  #count = 0
  #closing = false

  constructor(recorder: Recorder, url: string, orders: Omit<Orders, 'name' | 'url'>) {
    this.#recorder = recorder
    this.#url = url
    this.#orders = orders
  }

  of(role: Role): Program[] {
    return [...this.running].filter((program) => program.role === role)
  }

  async start(role: Role): Promise<void> {
    const number = ++this.#count
    const name = `${role}${number}`
    const network = await Network.open(this.#url)
    if (this.#closing) return network.close()
    const orders: Orders = { ...this.#orders, name, url: network.url, seed: this.#orders.seed + number }
    const flags = [`--max-old-space-size=${heap}`, '--import', loader]
    const [command = '', ...args] = [
      ...dyingWithUs,
      process.execPath,
      ...flags,
      file(role),
      JSON.stringify(orders),
    ]
    const child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, CHAOS_CLOCK: String(number) },
    })
    let errors = ''
    child.stderr?.on('data', (data) => {
      errors = (errors + data).slice(-keptOfErrors)
    })
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
    const program: Program = {
      role,
      name,
      child,
      network,
      troubled: false,
      mayEnd: false,
      dismissed: false,
      ended,
    }
    this.running.add(program)
    this.#recorder.write({ kind: 'note', text: `started ${name}, process ${child.pid}` })
    child.once('close', (code, signal) => this.#ended(program, code, signal, errors))
  }

  /** At once, and for good. */
  kill(program: Program): void {
    program.mayEnd = true
    program.child.kill('SIGKILL')
  }

  /** Asks it to end in its own way. */
  stop(program: Program): void {
    program.mayEnd = true
    program.child.send('stop', () => {})
  }

  /** Ends whatever still runs; resolves when all have ended. */
  async close(): Promise<void> {
    this.#closing = true
    for (const program of this.running) this.kill(program)
    await Promise.all([...this.running].map(({ ended }) => ended))
  }

  /** Without waiting, as the driver itself ends. */
  killAll(): void {
    this.#closing = true
    for (const program of this.running) this.kill(program)
  }

  /** Asks all of a role to end; none takes their place. Resolves with those that did not within `ms`. */
  async dismiss(role: Role, ms: number): Promise<Program[]> {
    const all = this.of(role)
    for (const program of all) {
      program.dismissed = true
      this.stop(program)
    }
    const late = new Promise((resolve) => setTimeout(resolve, ms).unref())
    await Promise.race([Promise.all(all.map(({ ended }) => ended)), late])
    return all.filter((program) => this.running.has(program))
  }

  #ended(program: Program, code: number | null, signal: string | null, errors: string): void {
    const { role, name, network } = program
    this.running.delete(program)
    network.close()
    this.#recorder.write({ kind: 'note', text: `ended ${name}: ${code ?? signal}` })
    const outOfMemory = errors.includes('heap out of memory')
    const wanted = program.mayEnd || (role === 'worker' && (code === exitCode || outOfMemory))
    if (!wanted)
      this.#recorder.write({
        kind: 'crashed',
        process: name,
        why: `${code ?? signal}, ${errors.trim() || 'in silence'}`,
      })
    if (!this.#closing && !program.dismissed) void this.start(role)
  }
}
