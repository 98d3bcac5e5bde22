import type { JobState } from '@factotum/jobs'
import type { VNode } from 'preact'
import {
  Bytes,
  Cell,
  type Column,
  Duration,
  PostButton,
  Progress,
  Row,
  StateSign,
  Time,
} from '../../../console/components/index.ts'
import type { StoredFile } from '../schema.ts'
import { type FileStatus, givenUp } from '../status.ts'

export const fileColumns: Column[] = [
  { label: 'Name' },
  { label: 'Status' },
  { label: 'Size', end: true },
  { label: 'Progress' },
  { label: 'Handling time', end: true, minor: true },
  { label: 'Created', end: true, minor: true },
  { label: 'Updated', end: true, minor: true },
  { label: 'Actions', hidden: true },
]

/** The job's sign that a file's status is like. */
const signs: Record<FileStatus, JobState> = {
  Waiting: 'queued',
  Processing: 'started',
  Ok: 'finished',
  Error: 'failed',
  Canceled: 'canceled',
  Removed: 'canceled',
}

export const FileSign = ({ status }: { status: FileStatus }): VNode => (
  <StateSign sign={signs[status]} word={status} />
)

/** A file in a table; replaces itself as the file goes on. */
export function FileRow({ file }: { file: StoredFile }): VNode {
  const { id, name, size, status, error, createdAt, updatedAt } = file
  return (
    <Row id={`file-${id}`} live={`file:${id}`} source={`/files/${id}/row`}>
      <Cell label="Name" main>
        <a
          class="row-link"
          id={`file-${id}-link`}
          href={`/processing_file/${id}/detail/`}
          hx-get={`/processing_file/${id}/detail/`}
          hx-target="#dialog"
          hx-swap="innerHTML"
        >
          {name}
        </a>
        {error ? <div class="row-note row-bad">{error}</div> : null}
      </Cell>
      <Cell label="Status" side>
        <FileSign status={status} />
      </Cell>
      <Cell label="Size" end>
        <Bytes size={size} />
      </Cell>
      <Cell label="Progress">
        <FileProgress file={file} />
      </Cell>
      <Cell label="Handling time" end minor>
        <HandlingTime file={file} />
      </Cell>
      <Cell label="Created" end minor>
        <Time at={createdAt} />
      </Cell>
      <Cell label="Updated" end minor>
        <Time at={updatedAt} />
      </Cell>
      <Cell label="">
        <GiveUp file={file} id={`file-${id}-give-up`} target={`#file-${id}`} />
      </Cell>
    </Row>
  )
}

export function FileProgress({ file: { name, size, status, progress } }: { file: StoredFile }): VNode {
  if (status === 'Waiting') return <span class="none">not begun</span>
  if (status !== 'Processing') return <span class="none">–</span>
  const read = (
    <>
      <Bytes size={Math.floor(size * progress)} /> of <Bytes size={size} />
    </>
  )
  return <Progress label={`Progress of ${name}`} done={progress} text={read} />
}

/** From the start of the work to its end. */
export function HandlingTime({ file: { startedAt, endedAt, status } }: { file: StoredFile }): VNode {
  if (startedAt && !endedAt && status === 'Processing') return <Time at={startedAt} as="since" />
  return <Duration ms={startedAt && endedAt ? Math.max(0, endedAt.getTime() - startedAt.getTime()) : null} />
}

export interface GiveUpProps {
  file: StoredFile
  /** The button's element id. */
  id: string
  /** The selector of what the answer replaces: a row, or a detail. */
  target: string
}

/** Cancel while there is work, remove after it. */
export function GiveUp({ file, id, target }: GiveUpProps): VNode | null {
  const next = givenUp(file.status)
  if (!next) return null
  return (
    <PostButton
      id={id}
      action={`/processing_file/${file.id}/delete/`}
      target={target}
      needs="files.remove"
      tone={next === 'Removed' ? 'danger' : 'plain'}
    >
      {next === 'Canceled' ? 'Cancel' : 'Remove'}
    </PostButton>
  )
}
