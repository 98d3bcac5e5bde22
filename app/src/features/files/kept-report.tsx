import { Readable } from 'node:stream'
import { anyone, render } from '../../console/index.ts'
import type { Context } from '../../platform/context.ts'
import { Report } from './pages/report.tsx'
import type { Reading } from './profile/report.ts'
import { readColumns, readSummary, reportText } from './report-store.ts'
import type { StoredFile } from './schema.ts'

/** A popup shows so many columns at a time: a file may have 20,000. */
const columnsAtOnce = 50
/** A report with more is sent as it is read: it may be too long for the memory. */
const mostColumnsKept = 500

/** How the file was read, and a part of its report as HTML. */
export interface ReportPart {
  reading: Reading
  html: string
}

/** The columns after a position, with all that stands before them; null where there is no report. */
export async function reportPart(
  context: Pick<Context, 'database' | 'cache'>,
  file: StoredFile,
  { after, locale }: { after: number; locale: string },
): Promise<ReportPart | null> {
  const text = await keep(context, file, ['part', after, locale], async () => {
    const summary = await readSummary(context.database, file.id)
    if (!summary) return null
    const columns = await readColumns(context.database, file.id, { after, limit: columnsAtOnce })
    const last = columns.at(-1)?.position ?? 0
    const next =
      last > 0 && last < summary.columns ? `/processing_file/${file.id}/detail/?after=${last}` : null
    const report = <Report fileId={file.id} summary={summary} columns={columns} next={next} />
    return JSON.stringify({ reading: summary.reading, html: render(report, anyone(locale)) })
  })
  return text === null ? null : JSON.parse(text)
}

/** The whole report as JSON text; null where there is none. */
export async function wholeReport(
  context: Pick<Context, 'database' | 'cache'>,
  file: StoredFile,
): Promise<Readable | null> {
  const { database } = context
  const text = await keep(context, file, ['whole'], async () => {
    const summary = await readSummary(database, file.id)
    if (!summary || summary.columns > mostColumnsKept) return null
    let whole = ''
    for await (const piece of reportText(database, file.id, summary)) whole += piece
    return whole
  })
  if (text !== null) return Readable.from([text])
  const summary = file.status === 'Ok' ? await readSummary(database, file.id) : null
  return summary && Readable.from(reportText(database, file.id, summary))
}

const day = 24 * 3_600_000

/**
 * A report is written once, by one start of one run. The storage key is random, and forgotten when the file is removed:
 * what lies of its content in a cache can't be read from then on.
 */
async function keep(
  { cache }: Pick<Context, 'cache'>,
  { id, run, attempt, status, storageKey }: StoredFile,
  what: (string | number)[],
  make: () => Promise<string | null>,
): Promise<string | null> {
  if (status !== 'Ok' || storageKey === null) return null
  const key = JSON.stringify(['file report', id, run, attempt, ...what])
  return cache.remember(key, { lifetime: day, part: storageKey }, make)
}
