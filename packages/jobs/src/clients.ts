import pg from 'pg'

/** A connection or transaction of `postgres` (porsager): what `sql.begin` gives. */
export interface PostgresClient {
  unsafe(sql: string, values?: (string | null)[]): PromiseLike<unknown>
}

/** A Kysely instance or transaction. */
export interface KyselyClient {
  executeQuery(statement: KyselyStatement): PromiseLike<unknown>
}

/** What Kysely's `CompiledQuery.raw` makes. */
export interface KyselyStatement {
  readonly sql: string
  readonly parameters: readonly (string | null)[]
  readonly query: {
    readonly kind: 'RawNode'
    readonly sqlFragments: readonly string[]
    readonly parameters: readonly never[]
  }
  readonly queryId: { readonly queryId: string }
}

/** A Prisma client, or what its interactive `$transaction` gives. */
export interface PrismaClientLike {
  $queryRawUnsafe(sql: string, ...values: (string | null)[]): PromiseLike<unknown>
}

/** A Drizzle database or transaction, over any driver for PostgreSQL. */
export interface DrizzleClient {
  execute(sql: string): PromiseLike<unknown>
}

/** The clients that `with({ client })` takes as they are. */
export type TransactionClient = SqlClient | PostgresClient | KyselyClient | PrismaClientLike | DrizzleClient

/** Whether a value can send SQL in a way known here. */
export function isClient(value: unknown): value is TransactionClient {
  return ways.some((way) => has(value, way))
}

/**
 * One way to send SQL, whatever the client. Values go as text: each driver has its own view of other types, and the
 * statements name the types they want.
 */
export function sqlClientOf(client: TransactionClient): SqlClient {
  const send = senderOf(client)
  return {
    async query(sql, values = []) {
      return { rows: rowsOf(await send(sql, values.map(textual))), rowCount: null }
    },
  }
}

/** Prisma first and Drizzle last: a model may be called `query`, and Drizzle's `query` is no function. */
const ways = ['$queryRawUnsafe', 'query', 'unsafe', 'executeQuery', 'execute'] as const

type Send = (sql: string, values: (string | null)[]) => PromiseLike<unknown>

function senderOf(client: TransactionClient): Send {
  if (has(client, '$queryRawUnsafe')) return (sql, values) => client.$queryRawUnsafe(sql, ...values)
  if (has(client, 'query')) return (sql, values) => client.query(sql, values)
  if (has(client, 'unsafe')) return (sql, values) => client.unsafe(sql, values)
  if (has(client, 'executeQuery')) return (sql, values) => client.executeQuery(kyselyStatement(sql, values))
  // Drizzle's one public way for parameters is an object of its own `sql`, which would have to be imported.
  return (sql, values) => client.execute(inlined(sql, values))
}

function has<Client, Name extends (typeof ways)[number]>(
  client: Client,
  name: Name,
): client is Extract<Client, Record<Name, unknown>> {
  if ((typeof client !== 'object' && typeof client !== 'function') || client === null) return false
  return typeof Reflect.get(client, name) === 'function'
}

function kyselyStatement(sql: string, parameters: (string | null)[]): KyselyStatement {
  return {
    sql,
    parameters,
    query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
    queryId: { queryId: 'factotum-jobs' },
  }
}

/** `$1` and so on replaced by literals. */
function inlined(sql: string, values: (string | null)[]): string {
  return sql.replaceAll(/\$(\d+)/g, (_, number: string) => {
    const value = values[Number(number) - 1]
    return value === null || value === undefined ? 'null' : pg.escapeLiteral(value)
  })
}

function textual(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object') throw new Error('A value of this statement has no form as text.')
  return String(value)
}

function rowsOf(answer: unknown): Record<string, unknown>[] {
  if (Array.isArray(answer)) return answer
  const rows: unknown = typeof answer === 'object' && answer !== null && 'rows' in answer ? answer.rows : null
  return Array.isArray(rows) ? rows : []
}

/** Anything that can send SQL with numbered parameters: a `pg` client, or an adapter around another driver. */
export interface SqlClient {
  query(
    sql: string,
    values?: unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }>
}
