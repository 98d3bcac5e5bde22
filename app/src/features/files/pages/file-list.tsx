import type { VNode } from 'preact'
import { DropZone, Empty, Pager, Table } from '../../../console/components/index.ts'
import { usePerson } from '../../../console/person.ts'
import type { FilePage } from '../list.ts'
import type { StoredFile } from '../schema.ts'
import { FileRow, fileColumns } from './file-row.tsx'

/** Where a file is handed in. */
export function Upload({ id }: { id: string }): VNode | null {
  const { may } = usePerson()
  if (!may('files.upload')) return null
  return (
    <DropZone
      id={id}
      action="/processing_file/"
      title="Drop a CSV file here, or choose one"
      accept=".csv,.tsv,.txt,.tab,text/csv,text/tab-separated-values,text/plain"
      send="Send the file"
    >
      Any table of text: commas, semicolons or tabs; UTF-8, UTF-16 or Windows-1252.
    </DropZone>
  )
}

export interface FileListProps {
  page: FilePage
  /** True on the first page: new files appear here. */
  newest: boolean
}

/** The live table with what stands around it. */
export function FileList({ page: { files, next }, newest }: FileListProps): VNode {
  const [first] = files
  return (
    <div id="file-list">
      {newest ? <NewFiles after={first?.id ?? 0} /> : null}
      {first ? (
        <FileTable files={files} />
      ) : (
        <Empty kind="nothing" title={newest ? 'No files yet' : 'No older files'}>
          Drop one above: it shows here at once, and its report as soon as it has been read.
        </Empty>
      )}
      <Pager first={newest ? null : '/files'} next={next === null ? null : `/files?before=${next}`} />
    </div>
  )
}

/** The rows, newest first. Also what `listen-updates` sends. */
export function FileTable({ files }: { files: StoredFile[] }): VNode {
  return (
    <Table caption="Files, newest first" columns={fileColumns} id="files">
      {files.map((file) => (
        <FileRow file={file} key={file.id} />
      ))}
    </Table>
  )
}

/** Asks for rows of files that the page doesn't have; they come above the others. */
export function NewFiles({ after, oob = false }: { after: number; oob?: boolean }): VNode {
  // Where there is no table yet, the whole list comes.
  const target =
    after > 0
      ? { 'hx-get': `/files/new?after=${after}`, 'hx-target': '#files tbody', 'hx-swap': 'afterbegin' }
      : { 'hx-get': '/files/list', 'hx-target': '#file-list', 'hx-swap': 'outerHTML' }
  return (
    <div
      id="new-files"
      data-live-new="files"
      hx-trigger="live"
      {...target}
      {...(oob ? { 'hx-swap-oob': 'true' } : {})}
    />
  )
}
