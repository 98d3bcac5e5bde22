import { once } from 'node:events'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { isComplete } from './complete.ts'
import { runSql } from './run-sql.ts'

/** Where it reads, and where it prints. */
export interface Terminal {
  input: NodeJS.ReadableStream
  output: NodeJS.WritableStream
}

/** Asks for statements until somebody leaves by `\\q` or Ctrl-D. A failed one ends nothing. */
export async function promptForSql(
  client: pg.Client,
  { input, output }: Terminal,
  url: string,
): Promise<void> {
  const print = (text: string) => output.write(text === '' ? '' : `${text}\n`)
  const { rows } = await client.query<{ pid: number; name: string; version: string }>(
    "select pg_backend_pid() as pid, current_database() as name, current_setting('server_version') as version",
  )
  const [server] = rows
  print(
    `PostgreSQL ${server?.version}, database ${server?.name}. Statements end with ";". \\? tells the rest.`,
  )
  client.on('notice', ({ severity, message }) => print(`${severity}: ${message}`))

  const lines = createInterface({ input, output, prompt: '=> ' })
  let typed = ''
  let running = false
  let open = true
  lines.once('close', () => {
    open = false
  })
  // Ctrl-C ends what runs, or forgets what was typed.
  lines.on('SIGINT', () => {
    if (running && server) void cancel(url, server.pid, print)
    else {
      typed = ''
      output.write('\n')
      ask()
    }
  })
  const ask = () => {
    if (!open) return
    lines.setPrompt(typed === '' ? '=> ' : '-> ')
    lines.prompt()
  }
  const answer = async (text: string) => {
    running = true
    lines.pause()
    await runSql(client, text).then(print, (error: unknown) => print(sentenceOf(error)))
    running = false
    lines.resume()
  }
  const take = async (line: string) => {
    const meta = typed === '' ? metaCommand(line) : null
    if (meta === 'quit') return lines.close()
    if (meta === 'help') print(help)
    else if (meta) await answer(meta)
    else {
      typed += `${line}\n`
      if (typed.trim() === '') typed = ''
      if (isComplete(typed)) {
        const text = typed
        typed = ''
        await answer(text)
      }
    }
    ask()
  }
  let turn = Promise.resolve()
  lines.on('line', (line) => {
    turn = turn.then(() => take(line))
  })
  ask()
  await once(lines, 'close')
  await turn
}

const sentenceOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

const help = String.raw`\d         the tables
\d NAME    the columns of a table
\q         leaves, as Ctrl-D does; Ctrl-C ends a statement that runs`

/** The statement that a line with a backslash stands for; null where it is none. */
function metaCommand(line: string): string | null {
  const [, letter, name] = /^\s*\\(\S*)\s*(.*?);?\s*$/.exec(line) ?? []
  if (letter === undefined) return null
  if (letter === 'q') return 'quit'
  if (letter !== 'd') return 'help'
  return name ? columnsOf(name) : tables
}

const tables = `select n.nspname as schema, c.relname as table, c.reltuples::bigint as "rows, about",
  pg_size_pretty(pg_total_relation_size(c.oid)) as size
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by 1, 2`

function columnsOf(name: string): string {
  const [table = '', schema] = name.split('.').reverse()
  const within = schema === undefined ? '' : ` and table_schema = ${pg.escapeLiteral(schema)}`
  return `select table_schema as schema, column_name as column, data_type as type, is_nullable as "null", column_default as default
from information_schema.columns where table_name = ${pg.escapeLiteral(table)}${within}
order by table_schema, ordinal_position`
}

/** By a connection of its own: the one that runs a statement hears nothing. */
async function cancel(url: string, pid: number, print: (text: string) => void): Promise<void> {
  const other = new pg.Client({ connectionString: url })
  try {
    await other.connect()
    await other.query('select pg_cancel_backend($1)', [pid])
  } catch (error) {
    print(`It could not be ended: ${sentenceOf(error)}`)
  } finally {
    await other.end()
  }
}
