import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

export interface DuckOptions {
  /** A private folder, for what doesn't fit into memory. */
  folder: string
  /** The only files outside it that may be opened. */
  files: string[]
}

/** Memory of the database; the process needs about 100 MB beside it. */
const memoryLimit = '768MB'

/** A database in memory that reaches nothing but these files, and can't be told otherwise afterwards. */
export async function openDuck({ folder, files }: DuckOptions): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: memoryLimit,
    temp_directory: folder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'false',
  })
  const connection = await instance.connect()
  await connection.run(`
    set allowed_paths = [${files.map(literal).join(', ')}];
    set allowed_directories = [${literal(`${folder}/`)}];
    set enable_progress_bar = true;
    set enable_progress_bar_print = false;
    set progress_bar_time = 0;
    set TimeZone = 'UTC';
    set enable_external_access = false;
    set lock_configuration = true;
  `)
  return connection
}

/** A text as an SQL literal. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/** Runs one statement; meanwhile hears how much of it is done, 0 to 1. */
export async function query(
  connection: DuckDBConnection,
  sql: string,
  onProgress: (share: number) => void = () => {},
): Promise<Record<string, unknown>[]> {
  const timer = setInterval(() => {
    const { percentage } = connection.progress
    if (percentage > 0) onProgress(Math.min(1, percentage / 100))
  }, 100)
  try {
    const reader = await connection.runAndReadAll(sql)
    return reader.getRowObjectsJson()
  } finally {
    clearInterval(timer)
  }
}
