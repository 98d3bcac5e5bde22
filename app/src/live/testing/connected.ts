import pg from 'pg'

/** Runs work with a connection of its own. */
export async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  // A test may end it from the server's side.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The server process of the session that leads; null while nobody does. */
export async function leaderOf(client: Pick<pg.Pool, 'query'>): Promise<number | null> {
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_locks where locktype = 'advisory' and granted and objid = 1 and objsubid = 2
       and database = (select oid from pg_database where datname = current_database())`,
  )
  return rows[0]?.pid ?? null
}

/** Ends connections of the program from the server's side; answers how many. */
export async function cut(client: Pick<pg.Pool, 'query'>, applicationName: string): Promise<number> {
  const { rowCount } = await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = $1`,
    [applicationName],
  )
  return rowCount ?? 0
}
