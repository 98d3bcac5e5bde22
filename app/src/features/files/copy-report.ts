import { eq } from 'drizzle-orm'
import type { Context } from '../../platform/context.ts'
import { writeOutput } from '../../platform/storage/outputs.ts'
import { readSummary, reportText } from './report-store.ts'
import { files } from './schema.ts'

/** Puts a copy of a file's report where the settings want it; null where the file has none, or nobody wants one. */
export async function copyReport(
  { database, settings }: Pick<Context, 'database' | 'settings'>,
  id: number,
): Promise<string | null> {
  const [file] = await database.db.select({ status: files.status }).from(files).where(eq(files.id, id))
  const summary = file?.status === 'Ok' ? await readSummary(database, id) : null
  return summary ? writeOutput(settings, `files/${id}-report.json`, reportText(database, id, summary)) : null
}
