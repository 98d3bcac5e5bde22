import type { Client } from 'pg'
import pg from 'pg'
import type { Database } from './database.ts'

/** `wake QUEUE`, `cancel WORKER ID`, `ended ID`, `schedule`. */
export type Notice = { kind: string; rest: string }

const firstPause = 100
const longestPause = 5_000
/** A connection that does not answer within this is given up. */
const answerWithin = 5_000
const askEvery = 15_000

/**
 * One connection that listens for what the database tells, made anew whenever it is lost. After each connecting the
 * listeners are called with `reconnected`: what was told meanwhile is gone, so look.
 */
export class Listener {
  readonly #database: Database
  readonly #report: (error: unknown) => void
  readonly #listeners = new Set<(notice: Notice) => void>()
  /** Held by each user that needs it; the connection is there while there is one. */
  #users = 0
  #client: Client | null = null
  #timer: NodeJS.Timeout | null = null
  #pause = firstPause
  #connecting: Promise<void> | null = null
  #heard: ((ping: string) => void) | null = null
  /** Why nothing is heard though a connection is there; null where all is well. */
  problem: string | null = null

  constructor(database: Database, report: (error: unknown) => void) {
    this.#database = database
    this.#report = report
  }

  /** Whether notices arrive now. */
  get listening(): boolean {
    return this.#client !== null && this.problem === null
  }

  /** Listens until the answered function is called. */
  use(listener: (notice: Notice) => void): () => Promise<void> {
    this.#listeners.add(listener)
    this.#users++
    if (this.#users === 1) this.#connectSoon(0)
    let used = true
    return async () => {
      if (!used) return
      used = false
      this.#listeners.delete(listener)
      this.#users--
      if (this.#users === 0) await this.#end()
    }
  }

  #connectSoon(after: number): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#connecting = this.#connect().finally(() => {
        this.#connecting = null
      })
    }, after)
  }

  async #connect(): Promise<void> {
    const client = this.#database.client()
    client.on('error', () => this.#lost(client))
    client.on('end', () => this.#lost(client))
    try {
      await this.#database.ready()
      await client.connect()
      if (this.#users === 0) return await client.end()
      this.#client = client
      client.on('notification', ({ payload = '' }) => this.#tell(payload))
      await client.query(`listen ${pg.escapeIdentifier(this.#database.schema)}`)
      await this.#echo(client)
      this.#pause = firstPause
      this.#emit({ kind: 'reconnected', rest: '' })
      this.#askLater(client)
    } catch (error) {
      this.#report(
        new Error('The connection that listens for jobs could not be made; it is tried again.', {
          cause: error,
        }),
      )
      this.#client = client
      this.#lost(client)
    }
  }

  /** A pooler in transaction mode takes LISTEN and then tells nothing: what we say ourselves must come back. */
  async #echo(client: Client): Promise<void> {
    const ping = `${process.pid}-${Math.random().toString(36).slice(2)}`
    let timer: NodeJS.Timeout | undefined
    const heard = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), answerWithin)
      this.#heard = (told) => told === ping && resolve(true)
    })
    await client.query('select pg_notify($1, $2)', [this.#database.schema, `ping ${ping}`])
    const works = await heard
    clearTimeout(timer)
    this.#heard = null
    this.problem = works
      ? null
      : 'The connection that listens hears nothing: is there a PgBouncer in transaction mode between? ' +
        'Give the workers a direct connection string, or one in session mode; until then jobs start up to 5 s late.'
    if (this.problem) this.#report(new Error(this.problem))
  }

  #tell(payload: string): void {
    const space = payload.indexOf(' ')
    const kind = space < 0 ? payload : payload.slice(0, space)
    const rest = space < 0 ? '' : payload.slice(space + 1)
    if (kind === 'ping') this.#heard?.(rest)
    else this.#emit({ kind, rest })
  }

  #emit(notice: Notice): void {
    for (const listener of this.#listeners) listener(notice)
  }

  /** A half-open connection says nothing for ever: ask it now and then. */
  #askLater(client: Client): void {
    this.#timer = setTimeout(() => {
      const late = setTimeout(() => this.#lost(client), answerWithin)
      client
        .query('select')
        .then(() => {
          if (this.#client === client) this.#askLater(client)
        })
        .catch(() => this.#lost(client))
        .finally(() => clearTimeout(late))
    }, askEvery)
    this.#timer.unref()
  }

  #lost(client: Client): void {
    if (this.#client !== client) return
    this.#client = null
    client.removeAllListeners('notification')
    client.end().catch(() => {})
    if (this.#users === 0) return
    this.#connectSoon(this.#pause)
    this.#pause = Math.min(this.#pause * 2, longestPause)
  }

  async #end(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    await this.#connecting
    const client = this.#client
    this.#client = null
    await client?.end().catch(() => {})
  }
}
