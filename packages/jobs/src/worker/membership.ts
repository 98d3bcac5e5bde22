import { hostname } from 'node:os'
import type { Engine } from '../engine.ts'
import { registerQueues } from '../sql/register-queues.ts'
import { registerWorker } from '../sql/register-worker.ts'
import { removeWorker } from '../sql/remove-worker.ts'
import { setSleeping } from '../sql/set-sleeping.ts'
import { updateWorkerNames } from '../sql/update-worker-names.ts'
import { Heartbeat } from './heartbeat.ts'

export interface WorkerOptions {
  queues: readonly string[]
  concurrency: number
  /** Empty: host and process. */
  name: string
}

export interface Member {
  /** The cancel of a claimed job was asked for. */
  cancel(id: string, token: string): void
  /** Others declared this worker dead, and run its jobs now: nothing that it has is its own. */
  buried(): void
  /** It is on the list again, under another id. */
  rejoined(): void
}

const afterFailure = 500

/** A worker's place on the list of workers: under which id, with which handlers, and its beat. */
export class Membership {
  readonly #engine: Engine
  readonly #options: WorkerOptions
  readonly #member: Member
  #heartbeat: Heartbeat | null = null
  #rejoining: Promise<void> = Promise.resolve()
  #left = false
  #said: Promise<void> = Promise.resolve()
  /** New with each joining. */
  id = 0
  /** The jobs it has handlers for, as listed. */
  names: string[] = []

  constructor(engine: Engine, options: WorkerOptions, member: Member) {
    this.#engine = engine
    this.#options = options
    this.#member = member
  }

  get name(): string {
    return this.#options.name || `${hostname()}:${process.pid}`
  }

  async join(): Promise<void> {
    const { database } = this.#engine
    const { queues, concurrency } = this.#options
    await database.ready()
    this.names = this.#handled()
    await database.work(registerQueues(database.schema), [queues])
    const values = [this.name, concurrency, queues, this.names]
    const [row] = await database.work<{ id: number }>(registerWorker(database.schema), values)
    if (!row) throw new Error('The database did not answer the id of the worker.')
    this.id = row.id
    this.#heartbeat = new Heartbeat(this.#engine, row.id, {
      cancel: (id, token) => this.#member.cancel(id, token),
      buried: () => {
        this.#rejoining = this.#rejoin()
      },
    })
    await this.#heartbeat.start()
  }

  /** A definition got its handler. */
  async updateNames(): Promise<void> {
    const { database } = this.#engine
    this.names = this.#handled()
    await database.work(updateWorkerNames(database.schema), [this.id, this.names])
  }

  /** Tells whether enqueuing should wake it; what is said last is written last. */
  say(sleeping: boolean): void {
    const { database, report } = this.#engine
    this.#said = this.#said
      .then(() => database.work(setSleeping(database.schema), [this.id, sleeping]))
      .then(() => {}, report)
  }

  async leave(): Promise<void> {
    this.#left = true
    await this.#rejoining
    await this.#heartbeat?.stop()
    const { database, report } = this.#engine
    await database.work(removeWorker(database.schema), [this.id]).catch(report)
  }

  async #rejoin(): Promise<void> {
    this.#member.buried()
    const old = this.#heartbeat
    this.#heartbeat = null
    await old?.stop()
    while (!this.#left) {
      try {
        await this.join()
        return this.#member.rejoined()
      } catch (error) {
        this.#engine.report(error)
        await new Promise((resolve) => setTimeout(resolve, afterFailure))
      }
    }
  }

  #handled(): string[] {
    return [...this.#engine.definitions.values()].flatMap(({ name, handler }) => (handler ? name : []))
  }
}
