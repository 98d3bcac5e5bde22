import type { JobManager, JobNews } from '@factotum/jobs'
import { Counter, Histogram, type Registry } from 'prom-client'

/** Seconds: jobs take from a moment to hours. */
const buckets = [0.01, 0.05, 0.25, 1, 5, 15, 60, 300, 900, 3_600]

/** Pairs of queue and job that have figures of their own; what comes later goes to `other`. */
const mostPairs = 500

/** Counts how the runs of this process end, and how long those take that finish. */
export function measureRuns(jobs: JobManager, registry: Registry): void {
  const labelNames = ['queue', 'job'] as const
  const ended = new Counter({
    name: 'factotum_job_runs_total',
    help: 'Runs of jobs that ended in this process, by queue, job and how.',
    labelNames: [...labelNames, 'outcome'],
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'factotum_job_run_duration_seconds',
    help: 'Time that runs took that finished in this process, by queue and job.',
    labelNames,
    buckets,
    registers: [registry],
  })
  const bounded = boundedPairs()
  const count = (outcome: string) => (news: JobNews) => ended.inc({ ...bounded(news), outcome })
  jobs.on('finished', (news) => {
    count('finished')(news)
    duration.observe(bounded(news), news.milliseconds / 1_000)
  })
  jobs.on('failed', count('failed'))
  jobs.on('retrying', count('retrying'))
  jobs.on('snoozed', count('snoozed'))
  jobs.on('lost', count('lost'))
  jobs.on('canceled', (news) => {
    if (news.how !== 'before_start') count('canceled')(news)
  })
}

function boundedPairs(): (news: JobNews) => { queue: string; job: string } {
  const known = new Set<string>()
  return ({ queue, name: job }) => {
    const pair = JSON.stringify([queue, job])
    if (!known.has(pair) && known.size >= mostPairs) return { queue: 'other', job: 'other' }
    known.add(pair)
    return { queue, job }
  }
}
