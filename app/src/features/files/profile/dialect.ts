import type { Reading, RefusedRow, Settings } from './report.ts'
import { UnreadableFile } from './report.ts'
import { RowReader } from './row-reader.ts'

const delimiters = [',', ';', '\t', '|'] as const

/** How the beginning of a file is to be read. */
export interface Dialect extends Omit<Reading, 'encoding'> {
  columns: number
  /** The header's cells; null without a header. */
  names: string[] | null
  /** Lines before the first row of data: what stands above the table, and its header. */
  skipLines: number
  /** Of these, the numbers of those that are no row of the table and no header. */
  above: number[]
}

/** A row of the beginning, with the number of its first line. */
interface Row {
  cells: (string | null)[]
  line: number
  /** Lines that it takes. */
  lines: number
}

/**
 * Finds delimiter, quote and header in the first bytes of a file in UTF-8, but for what is set. `sep=;` in
 * the first line names the delimiter, as spreadsheets do.
 *
 * @param complete these bytes are the whole file
 * @throws UnreadableFile where there is nothing to read
 */
export function sniffDialect(head: Buffer, complete: boolean, settings: Settings): Dialect {
  const named = /^"?sep=(.)"?\r?\n/i.exec(head.subarray(0, 20).toString('latin1'))
  const delimiter = settings.delimiter ?? named?.[1]
  const quote = settings.quote === undefined ? usualQuote(head) : settings.quote
  const body = named ? head.subarray(named[0].length) : head
  const firstLine = named ? 2 : 1
  const tried = (delimiter === undefined ? delimiters : [delimiter]).map((each) => {
    const { rows, refused } = readRows(body, { delimiter: each, quote }, { line: firstLine, complete })
    return { delimiter: each, quote, rows, refused, ...consistency(rows, refused.length) }
  })
  const best = tried.reduce((one, other) => (other.score > one.score ? other : one))
  return withHeader(best, settings)
}

interface Part {
  /** The number of the first line; default 1. */
  line?: number
  /** Whether the last row ends here; default false: it may be cut off, and is left out. */
  complete?: boolean
  /** Cells a row must have; default any number. */
  columns?: number
}

/** Cells of the rows in these bytes; empty ones are null. */
export function readRows(
  bytes: Buffer,
  { delimiter, quote }: Pick<Reading, 'delimiter' | 'quote'>,
  { line = 1, complete = false, columns }: Part = {},
): { rows: Row[]; refused: RefusedRow[] } {
  const rows: Row[] = []
  const refused: RefusedRow[] = []
  const quoteByte = quote === null ? null : quote.charCodeAt(0)
  const reader = new RowReader(
    { delimiter: delimiter.charCodeAt(0), quote: quoteByte, columns: columns ?? null, line },
    {
      row(from, start, end, ends, at) {
        const lines =
          1 +
          (from
            .subarray(start, end)
            .toString('latin1')
            .match(/\r\n|\n|\r/g)?.length ?? 0)
        rows.push({ cells: cellsOf(from, start, ends, quote, columns), line: at, lines })
      },
      refused: (at, reason) => void refused.push({ line: at, reason }),
    },
  )
  reader.write(bytes)
  if (complete) reader.end()
  return { rows, refused }
}

function cellsOf(
  bytes: Buffer,
  start: number,
  ends: readonly number[],
  quote: string | null,
  columns: number | undefined,
): (string | null)[] {
  const cells: (string | null)[] = []
  let from = start
  for (const end of columns === undefined ? ends : ends.slice(0, columns)) {
    cells.push(unquoted(bytes.toString('utf8', from, end), quote))
    from = end + 1
  }
  return cells
}

function unquoted(cell: string, quote: string | null): string | null {
  if (cell === '') return null
  const trimmed = cell.trim()
  if (quote === null || trimmed[0] !== quote) return cell
  return trimmed.slice(1, -1).replaceAll(quote + quote, quote) || null
}

/** Single quotes only where they stand around cells, and more often than double ones. */
function usualQuote(head: Buffer): string {
  const around = (quote: string) =>
    head
      .toString('latin1')
      .match(new RegExp(`(?<=^|[,;\\t|])${quote}[^${quote}\\n]*${quote}(?=[,;\\t|\\r]|$)`, 'gm'))?.length
  return (around("'") ?? 0) > (around('"') ?? 0) ? "'" : '"'
}

/** How well a delimiter explains the rows: many that have the same number of cells, and more than one. */
function consistency(rows: Row[], refused: number): { columns: number; score: number } {
  const counts = new Map<number, number>()
  for (const { cells } of rows.slice(0, 1_000)) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1)
  let columns = rows[0]?.cells.length ?? 1
  let most = 0
  for (const [cells, times] of counts) {
    // More cells weigh against more rows: a title above, or notes below, must not decide.
    if (times * Math.log2(cells + 1) > most * Math.log2(columns + 1)) [columns, most] = [cells, times]
  }
  if (endsEmpty(rows, columns)) columns--
  const share = most / Math.max(1, Math.min(rows.length, 1_000) + refused)
  return { columns, score: columns === 1 ? 0.1 : share * Math.log2(columns + 1) }
}

/** Each row ends with a delimiter that makes no cell: the header, or some other row, does without. */
const endsEmpty = (rows: Row[], columns: number) =>
  rows.some(({ cells }) => cells.length === columns - 1) &&
  rows.every(({ cells }) => cells.length !== columns || cells[columns - 1] === null)

interface Candidate {
  delimiter: string
  quote: string | null
  rows: Row[]
  refused: RefusedRow[]
  columns: number
}

function withHeader({ delimiter, quote, rows, refused, columns }: Candidate, settings: Settings): Dialect {
  const first = rows.findIndex((row) => fits(row, columns))
  const top = rows[first]
  if (!top) throw new UnreadableFile(nothingToRead(refused))
  const header = settings.header ?? looksLikeHeader(top, rows.slice(first + 1))
  const skipLines = header ? top.line + top.lines - 1 : top.line - 1
  return {
    delimiter,
    quote,
    header,
    columns,
    names: header ? top.cells.slice(0, columns).map((cell) => cell?.trim() ?? '') : null,
    skipLines,
    above: rows.slice(0, first).map((row) => row.line),
  }
}

function nothingToRead([first]: RefusedRow[]): string {
  if (!first) return 'The file has no row: there is no line with text in it. Send one with a table.'
  return `No row can be read: line ${first.line} ${first.reason}. Check the delimiter and the quotes, and send it again.`
}

const fits = ({ cells }: Row, columns: number) =>
  cells.length === columns || (cells.length === columns + 1 && cells[columns] === null)

/** Names are words; a first row with numbers or dates is data, unless the column below it is of words. */
function looksLikeHeader({ cells }: Row, below: Row[]): boolean {
  if (cells.every((cell) => cell === null)) return false
  return !cells.some((cell, column) => {
    if (cell === null || !isFigure(cell)) return false
    return below.length === 0 || below.slice(0, 20).some((row) => isFigure(row.cells[column] ?? ''))
  })
}

const isFigure = (text: string) => /^\s*[-+]?[\d.,'’:/ T-]*\d[\d.,'’:/ TZ%-]*\s*$/.test(text)
