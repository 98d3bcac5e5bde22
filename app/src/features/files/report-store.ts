import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { Database, Transaction } from '../../platform/database/index.ts'
import type { ColumnProfile, Summary } from './profile/report.ts'
import { fileColumns, files } from './schema.ts'

const atOnce = 500

/** Replaces the columns of a file's report; its summary stands with the file. */
export async function storeReport(
  { db }: Transaction,
  fileId: number,
  columns: ColumnProfile[],
): Promise<void> {
  await db.delete(fileColumns).where(eq(fileColumns.fileId, fileId))
  for (let at = 0; at < columns.length; at += atOnce) {
    const rows = columns.slice(at, at + atOnce)
    await db
      .insert(fileColumns)
      .values(rows.map((profile) => ({ fileId, position: profile.position, profile })))
  }
}

/** Takes away what was read out of the file; the figures of its size and quality stay. */
export async function forgetContents({ db }: Transaction, fileId: number): Promise<void> {
  await db.delete(fileColumns).where(eq(fileColumns.fileId, fileId))
  await db.update(files).set({ summary: sql`summary || '{"first_rows": []}'` }).where(eq(files.id, fileId))
}

export async function readSummary({ db }: Pick<Database, 'db'>, fileId: number): Promise<Summary | null> {
  const [file] = await db.select({ summary: files.summary }).from(files).where(eq(files.id, fileId))
  return file?.summary ?? null
}

/** Some columns of a report, those after a position. */
export async function readColumns(
  { db }: Pick<Database, 'db'>,
  fileId: number,
  { after, limit }: { after: number; limit: number },
): Promise<ColumnProfile[]> {
  const rows = await db
    .select({ profile: fileColumns.profile })
    .from(fileColumns)
    .where(and(eq(fileColumns.fileId, fileId), gt(fileColumns.position, after)))
    .orderBy(asc(fileColumns.position))
    .limit(limit)
  return rows.map(({ profile }) => profile)
}

/** The whole report as JSON text in pieces: it may be long, and is never in memory as a whole. */
export async function* reportText(database: Pick<Database, 'db'>, fileId: number, summary: Summary) {
  const { columns: _count, ...head } = summary
  yield `${JSON.stringify(head).slice(0, -1)},"columns":[`
  for (let after = 0; ; ) {
    const columns = await readColumns(database, fileId, { after, limit: atOnce })
    const last = columns.at(-1)
    if (!last) break
    yield (after > 0 ? ',' : '') + columns.map((column) => JSON.stringify(column)).join(',')
    after = last.position
  }
  yield ']}'
}
