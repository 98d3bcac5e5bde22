import { type FixedMessage, itemEnded, type LiveMessage } from '../../live/index.ts'
import type { ResultStatus } from '../../live/messages.ts'

const process = 'processingFile'
const method = 'profile'

/** Of which file the news is. */
export interface Named {
  id: number
  name: string
  jobId: string | null
}

const about = ({ id }: Named) => ({ topic: 'files' as const, subject: `file:${id}` })
const further = ({ id, jobId }: Named) => ({ file_id: id, ...(jobId === null ? {} : { job_id: jobId }) })

/** A file was handed in, or is to be processed again. */
export const queuedNews = (file: Named): LiveMessage[] => [
  {
    ...about(file),
    type: 'process-start',
    detail: `${file.name} waits to be processed.`,
    extra: further(file),
  },
]

export const startedNews = (file: Named): LiveMessage[] => [
  {
    ...about(file),
    type: 'processing',
    detail: { ...further(file), process, method, message: `${file.name} is being processed.` },
  },
]

/** `share` 0 to 1; 1 belongs to the end. */
export const progressNews = (file: Named, share: number): LiveMessage[] => [
  { ...about(file), type: 'progress', detail: { ...further(file), process, value: Math.min(0.99, share) } },
]

export const okNews = (file: Named): LiveMessage[] => [
  ...ended(file, 'success'),
  complete(file, `${file.name} has been processed.`),
]

export const errorNews = (file: Named, message: string): LiveMessage[] => [
  {
    ...about(file),
    type: 'process-error',
    detail: { ...further(file), error: 'file_unreadable', message, process, method },
  },
  ...ended(file, 'failed'),
  complete(file, `${file.name} could not be processed.`),
]

export const canceledNews = (file: Named): LiveMessage[] => [
  ...ended(file, 'skipped'),
  complete(file, `${file.name} was canceled.`),
]

export const removedNews = (file: Named): LiveMessage[] => [
  { ...about(file), type: 'removed', detail: { ...further(file), filename: file.name } },
]

const ended = (file: Named, status: ResultStatus): FixedMessage[] =>
  itemEnded({
    ...about(file),
    process,
    filename: file.name,
    status,
    done: 1,
    total: 1,
    further: further(file),
  })

const complete = (file: Named, sentence: string): FixedMessage => ({
  ...about(file),
  type: 'complete',
  detail: sentence,
  extra: further(file),
})
