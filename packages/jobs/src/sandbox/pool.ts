import { Execution, type ExecutionListener } from './execution.ts'
import type { FromSandbox, Order } from './messages.ts'
import { processSandbox } from './process.ts'
import type { Sandbox, SandboxListener, SandboxSpec } from './sandbox.ts'
import { receivedError } from './sent-error.ts'
import { threadSandbox } from './thread.ts'

export interface PoolOptions {
  /** How many may stand ready and run, together. */
  size: number
  /** A sandbox that ran nothing for so long ends, in ms. */
  idleAfter: number
  /** From an abort of a run that nobody waits for to its end by force, in ms. */
  grace: number
}

/** The sandboxes of a worker: made when needed, kept warm for the next job of the same module, ended when idle. */
export class SandboxPool {
  readonly #options: PoolOptions
  readonly #members = new Set<Member>()
  #lastRun = 0
  #stopped = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  run(spec: SandboxSpec, order: Omit<Order, 'run'>, listener: ExecutionListener): Execution {
    if (this.#stopped) throw new Error('The worker was stopped.')
    const member = this.#idle().find(({ key }) => key === keyOf(spec)) ?? this.#make(spec)
    this.#lastRun++
    return member.run({ ...order, run: this.#lastRun }, listener)
  }

  /** Ends them all, whatever they run. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all([...this.#members].map((member) => member.end()))
  }

  #make(spec: SandboxSpec): Member {
    const [oldest] = this.#idle()
    if (oldest && this.#members.size >= this.#options.size) void oldest.end()
    const member: Member = new Member(spec, this.#options, {
      freed: () => {
        // Last in line to be ended.
        this.#members.delete(member)
        this.#members.add(member)
      },
      gone: () => this.#members.delete(member),
    })
    this.#members.add(member)
    return member
  }

  #idle(): Member[] {
    return [...this.#members].filter(({ idle }) => idle)
  }
}

/** One sandbox and what it runs. */
class Member {
  readonly key: string
  readonly #spec: SandboxSpec
  readonly #options: PoolOptions
  readonly #pool: { freed(): void; gone(): void }
  readonly #sandbox: Sandbox
  #execution: Execution | null = null
  #timer: NodeJS.Timeout | null = null
  #ending: Promise<boolean> | null = null
  /** Why it ends, in its own words. */
  #died: Error | null = null

  constructor(spec: SandboxSpec, options: PoolOptions, pool: { freed(): void; gone(): void }) {
    this.key = keyOf(spec)
    this.#spec = spec
    this.#options = options
    this.#pool = pool
    const listener: SandboxListener = {
      told: (message) => this.#told(message),
      gone: (error) => this.#gone(error),
    }
    this.#sandbox = spec.kind === 'thread' ? threadSandbox(spec, listener) : processSandbox(spec, listener)
  }

  get idle(): boolean {
    return !this.#execution && !this.#ending
  }

  run(order: Order, listener: ExecutionListener): Execution {
    if (this.#timer) clearTimeout(this.#timer)
    const execution = new Execution(
      order,
      {
        send: (message) => this.#sandbox.send(message),
        kill: () => this.end(),
      },
      listener,
      this.#options.grace,
    )
    this.#execution = execution
    try {
      this.#sandbox.send({ kind: 'run', ...order })
    } catch (error) {
      // A schema made something of the arguments that can't be sent.
      execution.fail(error)
      this.#freed(0)
    }
    return execution
  }

  end(): Promise<boolean> {
    this.#ending ??= this.#sandbox.kill()
    return this.#ending
  }

  #told(message: FromSandbox): void {
    if (message.kind === 'died') {
      const error = receivedError(message.error)
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      this.#died = new Error(`The ${this.#spec.kind} ended by an error that nobody caught: ${text}`)
      return
    }
    this.#execution?.told(message)
    if (message.kind === 'ended') this.#freed(message.used)
  }

  #freed(used: number): void {
    this.#execution = null
    if (this.#ending) return
    const { memory } = this.#spec
    // What one job leaves behind must not be the next one's end.
    if (memory !== null && used > memory / 2) void this.end()
    else this.#timer = setTimeout(() => void this.end(), this.#options.idleAfter)
    this.#pool.freed()
  }

  #gone(error: Error): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#ending ??= Promise.resolve(true)
    this.#execution?.fail(this.#died ?? error)
    this.#execution = null
    this.#pool.gone()
  }
}

const keyOf = ({ kind, memory, url }: SandboxSpec) => `${kind} ${memory} ${url}`
