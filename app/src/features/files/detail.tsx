import { Dialog } from '../../console/components/index.ts'
import { type PageRequest, sendFragment, sendPage } from '../../console/index.ts'
import type { Context } from '../../platform/context.ts'
import { Detail, type DetailProps } from './pages/detail.tsx'
import { readColumns, readSummary } from './report-store.ts'
import type { StoredFile } from './schema.ts'

/** A popup shows so many columns at a time: a file may have 20,000. */
const columnsAtOnce = 50

/** All about one file: the popup as a fragment, or a page where a browser went to the address itself. */
export async function sendDetail<Reply extends Parameters<typeof sendFragment>[0]>(
  context: Context,
  request: PageRequest,
  reply: Reply,
  file: StoredFile,
  after: number,
) {
  const detail = <Detail {...(await loadDetail(context, file, after))} />
  const whole = request.headers['hx-request'] !== 'true' && request.headers.accept?.includes('text/html')
  if (!whole) return sendFragment(reply, <Dialog title={file.name}>{detail}</Dialog>)
  return sendPage(request, reply, { title: file.name, active: '/files', topics: ['files'], body: detail })
}

/** The part of a popup or page that replaces itself. */
export async function sendDetailPart<Reply extends Parameters<typeof sendFragment>[0]>(
  context: Context,
  reply: Reply,
  file: StoredFile,
): Promise<Reply> {
  return sendFragment(reply, <Detail {...(await loadDetail(context, file, 0))} />)
}

/** Everything but the file itself, which may be of any size. */
async function loadDetail({ database }: Context, file: StoredFile, after: number): Promise<DetailProps> {
  const summary = await readSummary(database, file.id)
  const columns = await readColumns(database, file.id, { after, limit: columnsAtOnce })
  const last = columns.at(-1)?.position ?? 0
  const next =
    summary && last > 0 && last < summary.columns ? `/processing_file/${file.id}/detail/?after=${last}` : null
  return { file, summary, columns, next }
}
