import type { VNode } from 'preact'
import { Bytes, Count, Facts, Notice, Time } from '../../../console/components/index.ts'
import type { ReportPart } from '../kept-report.tsx'
import type { Summary } from '../profile/report.ts'
import type { StoredFile } from '../schema.ts'
import { finished } from '../status.ts'
import { FileProgress, FileSign, GiveUp, HandlingTime } from './file-row.tsx'
import { RunAgainForm } from './run-again-form.tsx'

export interface DetailProps {
  file: StoredFile
  report: ReportPart | null
  /** Where there is no report any more. */
  summary?: Summary | null
}

/** All about one file, in the popup or on a page of its own. */
export function Detail({ file, report, summary = null }: DetailProps): VNode {
  const over = finished.includes(file.status)
  return (
    <div
      id={`file-${file.id}-detail`}
      class="file-detail"
      data-live={`file:${file.id}`}
      hx-get={`/files/${file.id}/detail`}
      hx-trigger="live"
      hx-swap="outerHTML"
    >
      <Facts
        facts={[
          { label: 'Status', value: <FileSign status={file.status} /> },
          { label: 'Size', value: <Bytes size={file.size} /> },
          ...(file.status === 'Processing'
            ? [{ label: 'Progress', value: <FileProgress file={file} /> }]
            : []),
          { label: 'Handling time', value: <HandlingTime file={file} /> },
          { label: 'Created', value: <Time at={file.createdAt} as="day" /> },
          { label: 'Updated', value: <Time at={file.updatedAt} as="day" /> },
          ...(file.jobId ? [{ label: 'Job', value: <a href={`/jobs/${file.jobId}`}>{file.jobId}</a> }] : []),
        ]}
      />
      <Outcome file={file} summary={summary} />
      {report ? (
        // Our own page's text: it was sealed while it was kept.
        <div class="report" dangerouslySetInnerHTML={{ __html: report.html }} />
      ) : null}
      {over ? <RunAgainForm file={file} reading={report?.reading ?? summary?.reading ?? null} /> : null}
      <GiveUp file={file} target={`#file-${file.id}-detail`} id={`file-${file.id}-detail-give-up`} />
    </div>
  )
}

function Outcome({ file: { status, error }, summary }: Pick<DetailProps, 'file' | 'summary'>): VNode | null {
  if (status === 'Error')
    return (
      <Notice tone="bad" title="There is no report.">
        {error}
      </Notice>
    )
  if (status === 'Canceled')
    return <Notice title="It was canceled.">Its data is deleted. To process it, send it again.</Notice>
  if (status === 'Removed')
    return (
      <Notice title="It was removed.">
        Its data and its report are deleted.
        {summary ? (
          <>
            {' '}
            It had <Count value={summary.rows} one="row" /> in <Count value={summary.columns} one="column" />.
          </>
        ) : null}
      </Notice>
    )
  if (status === 'Waiting')
    return <Notice>It waits for a worker. The report comes when it has been read.</Notice>
  return null
}
