import type { Engine } from '../engine.ts'
import { beat as beatSql } from '../sql/beat.ts'
import { buryWorker } from '../sql/bury-worker.ts'
import { rescue } from '../sql/rescue.ts'
import { Watch } from './watch.ts'

export interface HeartbeatListener {
  /** The cancel of a claimed job was asked for. */
  cancel(id: string, token: string): void
  /** Others declared this worker dead: nothing that it has is its own. */
  buried(): void
}

/** A worker's beat; and its eye on the beat of the others, whose jobs it takes when they are dead. */
export class Heartbeat {
  readonly #engine: Engine
  readonly #worker: number
  readonly #listener: HeartbeatListener
  readonly #watch: Watch
  #timer: NodeJS.Timeout | null = null
  #beating: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(engine: Engine, worker: number, listener: HeartbeatListener) {
    this.#engine = engine
    this.#worker = worker
    this.#listener = listener
    this.#watch = new Watch(engine.timing)
  }

  start(): void {
    this.#beating = this.#beat()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer) clearTimeout(this.#timer)
    await this.#beating
  }

  async #beat(): Promise<void> {
    const asked = performance.now()
    try {
      await this.#look(asked)
    } catch (error) {
      this.#watch.blind()
      this.#engine.report(error)
    }
    if (this.#stopped) return
    const next = asked + this.#engine.timing.beat - performance.now()
    this.#timer = setTimeout(() => this.start(), Math.max(next, 0))
  }

  async #look(asked: number): Promise<void> {
    const { database } = this.#engine
    const { rows } = await database.workers.query<{ kind: string; id: string; beat: string }>(
      beatSql(database.schema),
      [this.#worker],
    )
    if (this.#stopped) return
    if (rows.length === 0) return this.#listener.buried()
    const beats = new Map<string, string>()
    for (const { kind, id, beat } of rows) {
      if (kind === 'cancel') this.#listener.cancel(id, beat)
      else if (id !== String(this.#worker)) beats.set(id, beat)
    }
    for (const dead of this.#watch.look(beats, asked, performance.now())) await this.#bury(dead)
  }

  async #bury({ id, beat }: { id: string; beat: string }): Promise<void> {
    const { database } = this.#engine
    const { rowCount } = await database.workers.query(buryWorker(database.schema), [id, beat])
    if (rowCount === 1) await rescueJobs(this.#engine, Number(id))
  }
}

/** Takes the jobs of a worker that is no longer on the list. */
export async function rescueJobs(engine: Engine, worker: number): Promise<void> {
  const { database, events } = engine
  const { rows } = await database.workers.query(rescue(database.schema), [worker])
  events.emit('rescued', { worker, jobs: rows.length })
}
