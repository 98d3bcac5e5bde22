import type { Dialect } from './dialect.ts'
import { literal } from './duck.ts'
import { maxRowBytes } from './row-reader.ts'

/**
 * SQL for reading a file of `columns` columns, all as text and named `c0`, `c1` …; strictly: a row that is
 * broken ends the statement. Empty cells are null.
 */
export function csvSource(
  path: string,
  { delimiter, quote, columns, skip }: Pick<Dialect, 'delimiter' | 'quote' | 'columns'> & { skip: number },
): string {
  const names = Array.from({ length: columns }, (_, index) => `c${index}: 'VARCHAR'`)
  return `read_csv(${literal(path)}, auto_detect = false, header = false, skip = ${skip},
    columns = {${names.join(', ')}}, delim = ${literal(delimiter)},
    quote = ${literal(quote ?? '')}, escape = ${literal(quote ?? '')}, max_line_size = ${maxRowBytes})`
}
