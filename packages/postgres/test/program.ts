/**
 * A program beside the test's own, to be killed: node --import tsx program.ts OPTIONS [write]
 * It starts the server and says so in lines of JSON. With `write` it commits rows, and names each one that was
 * acknowledged. A line "stop" on its standard input makes it leave.
 */
import { createInterface } from 'node:readline'
import pg from 'pg'
import { PostgresError, type PostgresOptions, startPostgres } from '../src/index.ts'

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)
const options = JSON.parse(process.argv[2] ?? '{}') as PostgresOptions

try {
  const server = await startPostgres({ ...options, log: (message) => say({ log: message }) })
  const { url, pid, port, adopted } = server
  say({ up: { url, pid, port, adopted } })
  createInterface(process.stdin).on('line', async () => {
    await server.stop()
    say({ stopped: true })
    process.exit(0)
  })
  if (process.argv[3] === 'write') await write(url)
} catch (error) {
  if (!(error instanceof PostgresError)) throw error
  say({ error: { code: error.code, message: error.message } })
}

async function write(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('create table if not exists kept (id bigint primary key generated always as identity)')
  for (;;) {
    const { rows } = await client.query<{ id: string }>('insert into kept default values returning id')
    say({ kept: Number(rows[0]?.id) })
  }
}
