import pg from 'pg'
import { JobError } from './errors.ts'
import { engineMigrations, history, pending, upgrade } from './migrations.ts'
import { makePartitions } from './partitions.ts'
import { sqlState } from './sql-state.ts'

export interface DatabaseOptions {
  connectionString?: string
  pool?: pg.Pool
  schema: string
  migrate: boolean
}

/** The driver's parsers can cost more than the statement: all comes as text. */
const asText = { getTypeParser: () => (value: string) => value }

/** The engine's connections: a pool for callers, one for workers, and single ones for listening. Tables are made on first use. */
export class Database {
  /** The schema's name, quoted for SQL. */
  readonly schema: string
  /** For callers: the one given, or one of its own. */
  readonly pool: pg.Pool
  readonly schemaName: string
  readonly #migrate: boolean
  readonly #ownsPool: boolean
  #workers: pg.Pool | null = null
  #ready: Promise<void> | null = null
  #closed = false

  constructor({ connectionString, pool, schema, migrate }: DatabaseOptions) {
    this.schemaName = schema
    this.schema = pg.escapeIdentifier(schema)
    this.#migrate = migrate
    this.#ownsPool = !pool
    this.pool = pool ?? new pg.Pool({ ...(connectionString ? { connectionString } : {}), max: 8 })
    if (this.#ownsPool) survivesLosses(this.pool)
  }

  /** Resolves when the tables are there; tried anew by the next call where it failed. */
  ready(): Promise<void> {
    if (this.#closed) return Promise.reject(new JobError.Closed())
    this.#ready ??= this.#prepare(this.#migrate).catch((error: unknown) => {
      this.#ready = null
      throw error
    })
    return this.#ready
  }

  /** Makes or upgrades the tables, whatever `migrate` said. */
  async migrate(): Promise<void> {
    if (this.#closed) throw new JobError.Closed()
    await this.#prepare(true)
    this.#ready = Promise.resolve()
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    await this.ready()
    return this.#healing(async () => (await this.pool.query<Row>(sql, values)).rows)
  }

  /** A statement of a worker's, on a connection of its own. */
  async work<Row extends pg.QueryResultRow>(
    sql: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<Row[]> {
    return this.#healing(async () => (await this.workers.query<Row>(sql, values)).rows)
  }

  /** As `work`, with rows as lists of texts. */
  async workInText(query: pg.QueryConfig): Promise<(string | null)[][]> {
    return this.#healing(
      async () =>
        (await this.workers.query<(string | null)[]>({ ...query, rowMode: 'array', types: asText })).rows,
    )
  }

  async transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    await this.ready()
    const client = await this.pool.connect()
    // A connection lost between two statements would else end the process; the next statement reports it.
    const ignore = () => {}
    client.on('error', ignore)
    let broken: Error | undefined
    try {
      await client.query('begin')
      const result = await work(client)
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback').catch((cause: Error) => {
        broken = cause
      })
      throw error
    } finally {
      client.off('error', ignore)
      client.release(broken)
    }
  }

  /** Workers have connections of their own, so that handlers that take all of the callers' can't stop their beat. */
  get workers(): pg.Pool {
    if (!this.#workers) {
      this.#workers = new pg.Pool({
        ...this.#connection(),
        max: 8,
        idleTimeoutMillis: 10_000,
        keepAlive: true,
        // A connection that is half open answers never. All of a worker's statements are short, and fenced.
        query_timeout: 60_000,
      })
      survivesLosses(this.#workers)
    }
    return this.#workers
  }

  /** A connection outside any pool, not yet connected. */
  client(): pg.Client {
    return new pg.Client({ ...this.#connection(), keepAlive: true, connectionTimeoutMillis: 10_000 })
  }

  /** How to connect, as another thread can be told it: a password that is asked for is asked for now. */
  async portableConfig(): Promise<pg.ClientConfig> {
    const { connectionString, host, port, user, database, ssl, application_name, options, password } =
      this.#connection()
    const known = { connectionString, host, port, user, database, application_name, options }
    const secret = typeof password === 'function' ? await password() : password
    // As with the password, `pg` hides the key.
    const tls = typeof ssl === 'object' ? { ...ssl, ...(ssl.key === undefined ? {} : { key: ssl.key }) } : ssl
    const given = Object.entries({ ...known, password: secret, ssl: tls }).filter(
      ([, value]) => value !== undefined,
    )
    return structuredClone(Object.fromEntries(given))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#ready?.catch(() => {})
    await this.#workers?.end()
    if (this.#ownsPool) await this.pool.end()
  }

  /** No partition for today (23514): nobody tended for a week. Whoever meets that makes it, and tries again. */
  async #healing<T>(query: () => Promise<T>): Promise<T> {
    try {
      return await query()
    } catch (error) {
      if (sqlState(error) !== '23514') throw error
      const client = await this.workers.connect()
      try {
        await makePartitions(client, this.schema)
      } finally {
        client.release()
      }
      return query()
    }
  }

  #connection(): pg.ClientConfig {
    const { options } = this.pool
    // `pg` hides the password from enumeration, so spreading alone would lose it.
    const { max: _max, min: _min, ...rest } = options
    return { ...rest, ...(options.password === undefined ? {} : { password: options.password }) }
  }

  async #prepare(migrate: boolean): Promise<void> {
    const set = engineMigrations(this.schemaName)
    const client = this.client()
    client.on('error', () => {})
    await client.connect()
    try {
      if (!migrate) return await this.#requireCurrent(client)
      await upgrade(client, set)
      await makePartitions(client, this.schema)
    } finally {
      await client.end()
    }
  }

  async #requireCurrent(client: pg.Client): Promise<void> {
    const set = engineMigrations(this.schemaName)
    const missing = await pending(client, set)
    if (missing.length === 0) return
    const applied = await history(client, set)
    throw new JobError.Invalid(
      `The schema ${this.schema} ${applied.length === 0 ? 'has no tables of the job engine' : `lacks the migration ${missing.join(', ')}`}. ` +
        'Run `await jobs.migrate()` once, or leave out `migrate: false`.',
    )
  }
}

/** Without listeners a lost connection would end the process, idle or taken; the next query reports what is wrong. */
function survivesLosses(pool: pg.Pool): void {
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
}
