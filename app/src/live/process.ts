import type { FixedMessage, Json, ProcessName, ResultStatus, Topic } from './messages.ts'

/** One item of a process that has come to its end, skipped ones included. */
export interface ItemEnd {
  topic: Topic
  process: ProcessName
  filename: string
  status: ResultStatus
  /** Items that have ended, this one included. */
  done: number
  total: number
  subject?: string
  /** Stands beside the fixed fields in both details: `job_id`, `batch_id`. */
  further?: { [key: string]: Json }
}

/**
 * What is published when an item ends: its result, and the progress that follows from it. Together, so that
 * no outcome can leave a bar behind, and the bar is full exactly when every item has a result.
 */
export function itemEnded({
  topic,
  subject,
  further,
  process,
  filename,
  status,
  done,
  total,
}: ItemEnd): FixedMessage[] {
  if (!(Number.isInteger(done) && Number.isInteger(total) && done >= 1 && done <= total)) {
    throw new RangeError(`An item can't be number ${done} of ${total}.`)
  }
  const about = { topic, ...(subject === undefined ? {} : { subject }) }
  const counts = { ...further, done, total }
  return [
    { ...about, type: 'process-result', detail: { ...counts, process, status, filename } },
    { ...about, type: 'progress', detail: { ...counts, process, value: done / total } },
  ]
}
