import type { Client } from 'pg'
import pg from 'pg'
import type { Database } from './database.ts'

/** `wake QUEUE`, `cancel WORKER ID`, `ended ID`, `schedule`. */
export type Notice = { kind: string; rest: string }

const firstPause = 100
const longestPause = 5_000
/** A connection that does not answer within this is given up. */
const answerWithin = 5_000

/** What is wrong with listening: nothing comes though a connection is there, or there is none. */
export interface ListenProblem {
  kind: 'deaf' | 'down'
  message: string
  advice: string
}

const deaf: ListenProblem = {
  kind: 'deaf',
  message: 'The connection that listens hears nothing: is there a PgBouncer in transaction mode between?',
  advice:
    'Give the workers a direct connection string, or one in session mode; until then jobs start up to 5 s late.',
}

/**
 * One connection that listens for what the database tells, made anew whenever it is lost. After each connecting the
 * listeners are called with `reconnected`: what was told meanwhile is gone, so look.
 */
export class Listener {
  readonly #database: Database
  readonly #report: (error: unknown) => void
  readonly #askEvery: number
  readonly #answerWithin: number
  readonly #listeners = new Set<(notice: Notice) => void>()
  /** Held by each user that needs it; the connection is there while there is one. */
  #users = 0
  #client: Client | null = null
  #timer: NodeJS.Timeout | null = null
  #pause = firstPause
  #connecting: Promise<void> | null = null
  /** What was said and must be heard. */
  readonly #pings = new Map<string, (heard: boolean) => void>()
  #deaf = false
  /** Since when it is needed and not there, in ms of the monotonic clock. */
  #downSince: number | null = null

  /** @param askEvery ms between two questions whether the connection is alive */
  constructor(database: Database, askEvery: number, report: (error: unknown) => void) {
    this.#database = database
    this.#report = report
    this.#askEvery = askEvery
    this.#answerWithin = Math.min(answerWithin, askEvery)
  }

  /** Whether notices arrive now. */
  get listening(): boolean {
    return this.#client !== null && !this.#deaf
  }

  /** Null where all is well, where nobody listens, and for a moment after a loss. */
  get problem(): ListenProblem | null {
    if (this.#users === 0) return null
    if (this.#deaf) return deaf
    const down = this.#downSince === null ? 0 : performance.now() - this.#downSince
    // Longer than a connecting anew takes.
    if (down < 2 * this.#answerWithin) return null
    return {
      kind: 'down',
      message: `The connection that listens has been down for ${Math.round(down / 1000)} s.`,
      advice:
        'It is tried again every 5 s; the event `error` tells why it fails. Until then jobs start up to 5 s late.',
    }
  }

  /** Listens until the answered function is called. */
  use(listener: (notice: Notice) => void): () => Promise<void> {
    this.#listeners.add(listener)
    this.#users++
    if (this.#users === 1) {
      this.#downSince = performance.now()
      this.#connectSoon(0)
    }
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
      await this.#ask(client, `listen ${pg.escapeIdentifier(this.#database.schema)}`)
      await this.#echo()
      this.#pause = firstPause
      this.#downSince = null
      this.#emit({ kind: 'reconnected', rest: '' })
      this.#askLater(client)
    } catch (error) {
      this.#report(
        new Error('The connection that listens for jobs could not be made; it is tried again.', {
          cause: error,
        }),
      )
      // Lost in the middle, it may have a successor already.
      if (this.#client && this.#client !== client) return
      this.#client = client
      this.#lost(client)
    }
  }

  /**
   * A pooler in transaction mode takes LISTEN and then tells nothing: what is said on another connection must come. Said
   * on this one, it would come back with the answer even through a pooler.
   */
  async #echo(): Promise<void> {
    const ping = `${process.pid}-${Math.random().toString(36).slice(2)}`
    let timer: NodeJS.Timeout | undefined
    const heard = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), this.#answerWithin)
      this.#pings.set(ping, resolve)
    })
    const said = this.#database.work('select pg_notify($1, $2)', [this.#database.schema, `ping ${ping}`])
    try {
      const works = await Promise.race([heard, said.then(() => heard)])
      if (this.#users === 0) return
      if (!works && !this.#deaf) this.#report(new Error(`${deaf.message} ${deaf.advice}`))
      if (works && this.#deaf) this.#emit({ kind: 'reconnected', rest: '' })
      this.#deaf = !works
    } finally {
      said.catch(() => {})
      clearTimeout(timer)
      this.#pings.delete(ping)
    }
  }

  #tell(payload: string): void {
    const space = payload.indexOf(' ')
    const kind = space < 0 ? payload : payload.slice(0, space)
    const rest = space < 0 ? '' : payload.slice(space + 1)
    if (kind === 'ping') this.#pings.get(rest)?.(true)
    else this.#emit({ kind, rest })
  }

  #emit(notice: Notice): void {
    for (const listener of this.#listeners) listener(notice)
  }

  /** A half-open connection says nothing for ever: ask it now and then. */
  #askLater(client: Client): void {
    if (this.#client !== client) return
    this.#timer = setTimeout(() => {
      this.#ask(client, 'select')
        .then(() => (this.#deaf ? this.#echo() : undefined))
        .then(() => this.#askLater(client))
        .catch(() => this.#lost(client))
    }, this.#askEvery)
    this.#timer.unref()
  }

  async #ask(client: Client, sql: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('The database does not answer.')), this.#answerWithin)
    })
    try {
      await Promise.race([client.query(sql), late])
    } finally {
      clearTimeout(timer)
    }
  }

  #lost(client: Client): void {
    if (this.#client !== client) return
    this.#client = null
    client.removeAllListeners('notification')
    client.end().catch(() => {})
    if (this.#users === 0) return
    this.#downSince ??= performance.now()
    this.#connectSoon(this.#pause)
    this.#pause = Math.min(this.#pause * 2, longestPause)
  }

  async #end(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    for (const resolve of this.#pings.values()) resolve(false)
    await this.#connecting
    const client = this.#client
    this.#client = null
    await client?.end().catch(() => {})
  }
}
