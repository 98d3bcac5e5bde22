import type { Postgres } from '@factotum/postgres'
import type { Program, Programs } from './programs.ts'
import type { Random } from './random.ts'
import type { Recorder } from './recorder.ts'

/** Between two faults, in ms. */
const rest = { least: 200, most: 1_200 }
/** A server that is brought back more often than five times a minute counts as lost. */
const betweenRestarts = 15_000

const weights = {
  kill: 4,
  freeze: 4,
  cut: 3,
  silence: 2,
  silenceOne: 3,
  loseAnswers: 3,
  dismiss: 2,
  restart: 2,
}

type Lasting = 'freeze' | 'cut' | 'silence' | 'silenceOne' | 'loseAnswers'

/** Faults that last a while: how each begins. */
const lasting: Record<Lasting, (program: Program, random: Random) => unknown> = {
  freeze: ({ child }) => child.kill('SIGSTOP'),
  cut: ({ network }) => network.cut(),
  silence: ({ network }) => network.lose('all'),
  silenceOne: ({ network }, random) => network.loseOne((count) => random.between(0, count - 1)),
  loseAnswers: ({ network }) => network.lose('answers'),
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Does harm, at random, until it is told to leave off; then makes good what can be made good. */
export class Faults {
  readonly done: Record<string, number> = {}
  readonly #programs: Programs
  readonly #server: Postgres
  readonly #recorder: Recorder
  readonly #random: Random
  readonly #pending = new Set<Promise<void>>()
  #lastRestart = 0

  constructor(programs: Programs, server: Postgres, recorder: Recorder, random: Random) {
    this.#programs = programs
    this.#server = server
    this.#recorder = recorder
    this.#random = random
  }

  /** For so many ms; resolves when every fault is over. */
  async rage(ms: number, interrupted: () => boolean): Promise<void> {
    const end = performance.now() + ms
    while (performance.now() < end && !interrupted()) {
      const fault = this.#fault().finally(() => this.#pending.delete(fault))
      this.#pending.add(fault)
      await sleep(this.#random.between(rest.least, rest.most))
    }
    await Promise.all(this.#pending)
  }

  async #fault(): Promise<void> {
    const kind = this.#random.weighted(weights)
    if (kind === 'restart') return this.#restart()
    const program = this.#victim()
    if (!program) return
    this.done[kind] = (this.done[kind] ?? 0) + 1
    if (kind === 'kill') this.#programs.kill(program)
    else if (kind === 'dismiss') this.#programs.stop(program)
    else await this.#during(program, kind)
  }

  async #during(program: Program, what: Lasting): Promise<void> {
    const trouble = { kind: 'trouble', what, process: program.name } as const
    program.troubled = true
    this.#recorder.write({ ...trouble, phase: 'begins' })
    lasting[what](program, this.#random)
    // Most are shorter than a death takes.
    await sleep(this.#random.between(100, this.#random.chance(0.3) ? 6_000 : 1_500))
    program.child.kill('SIGCONT')
    program.network.mend()
    this.#recorder.write({ ...trouble, phase: 'ends' })
    program.troubled = false
  }

  /** Any program that has no trouble yet, as long as most of its kind have none. */
  #victim(): Program | undefined {
    const whole = [...this.#programs.running].filter(({ troubled, mayEnd }) => !troubled && !mayEnd)
    return this.#random.pick(whole.filter(({ role }) => whole.filter((one) => one.role === role).length > 1))
  }

  /** As `pg_ctl restart -m immediate`: its keeper brings it back at once, and it recovers. */
  async #restart(): Promise<void> {
    if (performance.now() - this.#lastRestart < betweenRestarts) return
    this.#lastRestart = performance.now()
    this.done.restart = (this.done.restart ?? 0) + 1
    this.#recorder.write({ kind: 'note', text: 'the database is restarted' })
    process.kill(this.#server.pid, 'SIGQUIT')
  }
}
