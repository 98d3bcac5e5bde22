import type { JobDetail } from '@factotum/jobs'
import { duration } from '../assets/format.js'
import type { TimelineEntry } from '../components/index.ts'

const howCanceled = {
  before_start: 'before it began',
  cooperative: 'it stopped by itself',
  terminated: 'it was terminated',
  disowned: 'it was disowned after its grace time',
}

/**
 * What happened to a job, in its order: by the clock, a start may be some ms before the creation that caused it.
 * An attempt stands where it began; the gap before it is its wait.
 */
export function timelineOf(job: JobDetail): TimelineEntry[] {
  const entries: TimelineEntry[] = [{ at: job.createdAt, title: 'Created', text: `in queue ${job.queue}` }]
  for (const { attempt, startedAt, endedAt } of job.failures)
    entries.push({
      at: startedAt,
      title: `Attempt ${attempt} failed`,
      text: `after ${duration(endedAt.getTime() - startedAt.getTime())}`,
      tone: 'bad',
    })
  const last = job.failures.at(-1)
  if (job.startedAt && (!last || job.startedAt > last.endedAt))
    entries.push({
      at: job.startedAt,
      title: last ? `Attempt ${last.attempt + 1} began` : 'Began',
      tone: job.endedAt ? 'plain' : 'now',
    })
  return [...entries, ...endOf(job)]
}

function endOf(job: JobDetail): TimelineEntry[] {
  if (job.state === 'scheduled') return [{ at: job.runAt, title: 'Due', tone: 'now' }]
  if (!job.endedAt) return []
  const took = job.startedAt
    ? `after ${duration(job.endedAt.getTime() - job.startedAt.getTime())}`
    : undefined
  if (job.state === 'finished') return [{ at: job.endedAt, title: 'Finished', text: took, tone: 'good' }]
  if (job.state === 'canceled')
    return [
      {
        at: job.endedAt,
        title: 'Canceled',
        text: job.canceledHow ? howCanceled[job.canceledHow] : undefined,
      },
    ]
  return [{ at: job.endedAt, title: 'Failed for good', tone: 'bad' }]
}
