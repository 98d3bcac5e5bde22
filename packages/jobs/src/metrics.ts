/** What this process did since the manager was made. */
export interface JobMetrics {
  enqueued: number
  started: number
  finished: number
  failed: number
  retried: number
  snoozed: number
  canceled: number
  lost: number
  /** Handlers at work now. */
  running: number
  /** Milliseconds that handlers took, summed up. */
  busy: number
  /** Claims, and those that found nothing. */
  claims: number
  emptyClaims: number
}

export type Metrics = JobMetrics

export const noMetrics = (): JobMetrics => ({
  enqueued: 0,
  started: 0,
  finished: 0,
  failed: 0,
  retried: 0,
  snoozed: 0,
  canceled: 0,
  lost: 0,
  running: 0,
  busy: 0,
  claims: 0,
  emptyClaims: 0,
})
