import { Dialog } from '../../console/components/index.ts'
import { type PageRequest, personOf, sendFragment, sendPage } from '../../console/index.ts'
import type { Context } from '../../platform/context.ts'
import { reportPart } from './kept-report.tsx'
import { Detail, type DetailProps } from './pages/detail.tsx'
import { readSummary } from './report-store.ts'
import type { StoredFile } from './schema.ts'

/** All about one file: the popup as a fragment, or a page where a browser went to the address itself. */
export async function sendDetail<Reply extends Parameters<typeof sendFragment>[0]>(
  context: Context,
  request: PageRequest,
  reply: Reply,
  file: StoredFile,
  after: number,
) {
  const detail = (
    <Detail {...(await loadDetail(context, file, { after, locale: personOf(request).locale }))} />
  )
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
  const { locale } = personOf(reply.request)
  return sendFragment(reply, <Detail {...(await loadDetail(context, file, { after: 0, locale }))} />)
}

/** Everything but the file itself, which may be of any size. */
async function loadDetail(
  context: Context,
  file: StoredFile,
  shown: { after: number; locale: string },
): Promise<DetailProps> {
  const report = await reportPart(context, file, shown)
  return report ? { file, report } : { file, report, summary: await readSummary(context.database, file.id) }
}
