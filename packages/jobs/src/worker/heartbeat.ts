import { Worker as Thread } from 'node:worker_threads'
import type { Engine } from '../engine.ts'
import { beat as beatSql } from '../sql/beat.ts'
import { bury } from '../sql/bury.ts'
import { rescue } from '../sql/rescue.ts'
import { countTurns, loopCells } from './loop-watch.ts'
import { Watch } from './watch.ts'

export interface HeartbeatListener {
  /** The cancel of a claimed job was asked for. */
  cancel(id: string, token: string): void
  /** Others declared this worker dead: nothing that it has is its own. */
  buried(): void
}

/** What the thread tells: an answer with the times of its question, by the thread's clock, or what went wrong. */
type Told =
  | { rows: { kind: string; id: string; beat: string }[]; asked: number; answered: number }
  | { error: string }

const program = new URL('../../src/worker/beat-thread.mjs', import.meta.url)
const stopWithin = 2_000
const restartAfter = 1_000

/**
 * A worker's beat, made by a thread that a blocked event loop does not stop; and its eye on the beat of the others,
 * whose jobs it takes when they are dead.
 */
export class Heartbeat {
  readonly #engine: Engine
  readonly #worker: number
  readonly #listener: HeartbeatListener
  readonly #watch: Watch
  #thread: Thread | null = null
  #restart: NodeJS.Timeout | null = null
  #burying: Promise<void> = Promise.resolve()
  #stopped = false
  #stopCounting = () => {}

  constructor(engine: Engine, worker: number, listener: HeartbeatListener) {
    this.#engine = engine
    this.#worker = worker
    this.#listener = listener
    this.#watch = new Watch(engine.timing)
  }

  /** Resolves when it has beaten, or tried to: a worker owns nothing before, as to the others it would stand still. */
  async start(): Promise<void> {
    const { database, timing } = this.#engine
    const config = await database.portableConfig()
    if (this.#stopped) return
    const thread = new Thread(program, {
      workerData: {
        config,
        sql: beatSql(database.schema),
        worker: this.#worker,
        every: timing.beat,
        loop: loopCells,
        margin: timing.dead,
      },
      // What the main thread was started with (loaders, inspectors) is not for this one.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 },
    })
    thread.on('message', (told: Told) => this.#told(told))
    thread.on('error', (error) => this.#died(thread, error))
    thread.on('exit', () => this.#died(thread, new Error('The thread that beats for a worker has ended.')))
    this.#thread = thread
    this.#stopCounting()
    this.#stopCounting = countTurns(timing.beat)
    await new Promise<void>((resolve) => {
      thread.once('message', () => resolve())
      thread.once('exit', () => resolve())
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#restart) clearTimeout(this.#restart)
    this.#stopCounting()
    this.#stopCounting = () => {}
    const thread = this.#thread
    if (thread) {
      const ended = new Promise((resolve) => thread.once('exit', resolve))
      const late = setTimeout(() => void thread.terminate(), stopWithin)
      thread.postMessage('stop')
      await ended
      clearTimeout(late)
    }
    await this.#burying
  }

  #told(told: Told): void {
    if (this.#stopped) return
    if ('error' in told) {
      this.#watch.blind()
      this.#engine.report(new Error(`A worker could not beat: ${told.error}. It tries again.`))
      return
    }
    const { rows, asked, answered } = told
    if (rows.length === 0) {
      this.#listener.buried()
      return
    }
    const beats = new Map<string, string>()
    for (const { kind, id, beat } of rows) {
      if (kind === 'cancel') this.#listener.cancel(id, beat)
      else if (id !== String(this.#worker)) beats.set(id, beat)
    }
    const dead = this.#watch.look(beats, asked, answered)
    if (dead.length > 0) this.#burying = this.#burying.then(() => this.#bury(dead)).catch(this.#engine.report)
  }

  async #bury(dead: { id: string; beat: string }[]): Promise<void> {
    const { database, events } = this.#engine
    for (const { id, beat } of dead) {
      if (this.#stopped) return
      const [buried] = await database.work<{ jobs: number | null }>(bury(database.schema), [id, beat])
      if (buried?.jobs != null) events.emit('rescued', { worker: Number(id), jobs: buried.jobs })
    }
  }

  #died(thread: Thread, error: Error): void {
    if (this.#stopped || this.#thread !== thread) return
    this.#thread = null
    this.#watch.blind()
    this.#engine.report(error)
    this.#restart = setTimeout(() => this.start().catch(this.#engine.report), restartAfter)
  }
}

/** Takes the jobs of a worker that is no longer on the list. */
export async function rescueJobs(engine: Engine, worker: number): Promise<void> {
  const { database, events } = engine
  const rows = await database.work(rescue(database.schema), [worker])
  events.emit('rescued', { worker, jobs: rows.length })
}
