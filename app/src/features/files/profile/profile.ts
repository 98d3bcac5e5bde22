import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type ColumnPlan, planColumns } from './column-plan.ts'
import { utf8Chunks } from './decode.ts'
import { literal, openDuck, query } from './duck.ts'
import { noticesOf } from './notices.ts'
import {
  type ColumnProfile,
  type Encoding,
  type RefusedRow,
  type Settings,
  type Summary,
  UnreadableFile,
} from './report.ts'
import { type Sample, takeSample } from './sample.ts'
import { sieve } from './sieve.ts'
import { csvSource } from './source.ts'
import { shortText } from './spread.ts'
import { profileTable, type TableProfile } from './table.ts'

export interface ProfileRequest {
  /** The file; it is only read. */
  path: string
  /** What the bytes are, or what a person says. */
  encoding: Encoding
  /** The bytes are known to have NULs, or to be no whole UTF-8: broken rows must be looked for. */
  suspect: boolean
  settings: Settings
  /** A private folder that the caller removes. */
  folder: string
}

export interface Profile {
  summary: Summary
  columns: ColumnProfile[]
}

/** Columns that are counted in one statement; a wider table is cut into bands, each a file of its own. */
const widest = 200
const shownRows = 20
const shownColumns = 100

/**
 * Reads a file and reports what is in it. Where all rows are good, DuckDB reads the file itself; else, and
 * where it is very wide, from copies of the good rows.
 *
 * @param onProgress hears the share of the work that is done, 0 to 1, never less than before
 * @throws UnreadableFile with a sentence for the person who sent it
 */
export async function profileFile(
  request: ProfileRequest,
  onProgress: (share: number) => void,
): Promise<Profile> {
  const progress = rising(onProgress)
  const text = await asUtf8(request, (share) => progress(share * 0.15))
  const began = text.path === request.path ? 0 : 0.15
  const sample = await takeSample(text.path, text.size, request.settings)
  const plans = planColumns(sample)
  const duck = await openDuck({ folder: request.folder, files: [text.path] })
  const work: Work = {
    ...request,
    ...text,
    sample,
    plans,
    rowsExpected: (sample.rows.length * text.size) / Math.max(1, sample.bytes),
    duck,
    progress: (share) => progress(began + share * (1 - began)),
  }
  const direct = !request.suspect && sample.dialect.above.length === 0 && plans.length <= widest
  const found = (direct ? await readDirectly(work) : null) ?? (await readSieved(work))
  duck.closeSync()
  return { columns: found.columns, summary: summaryOf(request.encoding, sample, found) }
}

interface Work extends ProfileRequest {
  path: string
  size: number
  sample: Sample
  plans: ColumnPlan[]
  rowsExpected: number
  duck: DuckDBConnection
  progress: (share: number) => void
}

interface Found extends TableProfile {
  refused: number
  refusedRows: RefusedRow[]
}

async function asUtf8({ path, encoding, folder }: ProfileRequest, onProgress: (share: number) => void) {
  const { size } = await stat(path)
  if (size === 0) throw new UnreadableFile('The file is empty: it has no bytes. Send one with a table.')
  if (encoding === 'utf-8') return { path, size }
  const decoded = join(folder, 'decoded.csv')
  const chunks = utf8Chunks(path, encoding, (read) => onProgress(read / size))
  await pipeline(chunks, createWriteStream(decoded))
  return { path: decoded, size: (await stat(decoded)).size }
}

/** Null when a row is broken. */
async function readDirectly({
  path,
  sample: { dialect },
  plans,
  rowsExpected,
  duck,
  progress,
}: Work): Promise<Found | null> {
  const source = csvSource(path, { ...dialect, skip: dialect.skipLines })
  try {
    const table = await profileTable(duck, {
      source,
      plans,
      from: 0,
      duplicates: true,
      rowsExpected,
      onProgress: progress,
    })
    return { ...table, refused: 0, refusedRows: [] }
  } catch (error) {
    if (error instanceof Error && isAboutContent(error)) return null
    throw error
  }
}

/** DuckDB says so in many ways; of these others a copy of the good rows would be no cure. */
const isAboutContent = ({ message }: Error) =>
  !/^(Out of Memory|IO|Permission|INTERRUPT|Internal|FATAL|Binder|Catalog) Error/i.test(message)

async function readSieved(work: Work): Promise<Found> {
  const { path, size, sample, plans, rowsExpected, folder, duck, progress } = work
  const wide = plans.length > widest
  const sieved = await sieve({
    chunks: utf8Chunks(path, 'utf-8', (read) => progress((read / size) * 0.4)),
    dialect: sample.dialect,
    folder,
    width: wide ? widest : Number.POSITIVE_INFINITY,
    prints: wide,
  })
  const tables: TableProfile[] = []
  for (const [index, band] of sieved.bands.entries()) {
    tables.push(
      await profileTable(duck, {
        source: csvSource(band.path, { ...sample.dialect, columns: band.count, skip: 0 }),
        plans: plans.slice(band.from, band.from + band.count),
        from: band.from,
        duplicates: !wide,
        rowsExpected,
        onProgress: (share) => progress(0.4 + (0.6 * (index + share)) / sieved.bands.length),
      }),
    )
  }
  return {
    rows: tables[0]?.rows ?? 0,
    duplicates: sieved.prints ? await repeated(duck, sieved.prints) : (tables[0]?.duplicates ?? 0),
    columns: tables.flatMap(({ columns }) => columns),
    refused: sieved.refused,
    refusedRows: sieved.refusedRows,
  }
}

async function repeated(duck: DuckDBConnection, prints: string): Promise<number> {
  const [row] = await query(
    duck,
    `select (count(*) - count(distinct print))::double as n
     from read_csv(${literal(prints)}, auto_detect = false, header = false, delim = ',', columns = {print: 'VARCHAR'})`,
  )
  return Number(row?.n ?? 0)
}

function summaryOf(encoding: Encoding, sample: Sample, found: Found): Summary {
  const { dialect, rows, fromHead } = sample
  const { delimiter, quote, header } = dialect
  const summary = {
    rows: found.rows,
    columns: found.columns.length,
    refused: found.refused,
    refused_rows: found.refusedRows,
    duplicates: found.duplicates,
    reading: { encoding, delimiter, quote, header },
    first_rows: rows
      .slice(0, Math.min(shownRows, fromHead))
      .map((row) => row.slice(0, shownColumns).map(shown)),
  }
  return { ...summary, notices: noticesOf(summary, found.columns) }
}

const shown = (cell: string | null) => cell && shortText(cell)

/** A second reading after a broken first must not send the bar back. */
function rising(onProgress: (share: number) => void): (share: number) => void {
  let highest = 0
  return (share) => {
    if (share <= highest) return
    highest = Math.min(1, share)
    onProgress(highest)
  }
}
