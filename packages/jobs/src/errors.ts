import type { Duration } from './types.ts'

/** Every code a `JobError` can carry, with the sentence it has where nothing more exact is known. */
export const jobErrorSentences = {
  job_not_found: 'Job not found',
  job_conflict: 'The job is not in a state in which this can be done',
  job_invalid: 'The input cannot be stored as a job',
  job_fatal: 'The job failed for good; further attempts would not help',
  job_snooze: 'The job asked for another time',
  job_failed: 'The job failed',
  job_canceled: 'The job was canceled',
  job_timeout: 'The attempt took longer than its timeout allows',
  job_closed: 'The job manager is closed',
  job_lost: 'Another worker owns the job now; what this one still writes about it is refused',
} as const

export type JobErrorCode = keyof typeof jobErrorSentences

/** Base of all errors of this package. Throw one of its kinds, such as `new JobError.Fatal('No such file')`. */
class Base extends Error {
  readonly code: JobErrorCode

  /** @param message One sentence: what was wrong, what is allowed. Default: the code's sentence. */
  constructor(code: JobErrorCode, message: string = jobErrorSentences[code], options?: ErrorOptions) {
    super(message, options)
    this.name = 'JobError'
    this.code = code
  }
}

/** A class for one code, so that callers can catch by kind. */
function kind(code: JobErrorCode, name: string) {
  return class Kind extends Base {
    constructor(message?: string, options?: ErrorOptions) {
      super(code, message, options)
      this.name = `JobError.${name}`
    }
  }
}

/** There is no job, or no schedule, by that id or name. */
class NotFound extends kind('job_not_found', 'NotFound') {}
/** The state of the job forbids what was asked. */
class Conflict extends kind('job_conflict', 'Conflict') {}
/** Bad input; nothing was stored. */
class Invalid extends kind('job_invalid', 'Invalid') {}
/** Thrown by a handler: fail now, whatever attempts remain. */
class Fatal extends kind('job_fatal', 'Fatal') {}
/**
 * Thrown by a handler: run again after this time, on the database's clock. It spends no attempt and counts as no failure,
 * however often it is thrown. A time that can't be read fails the attempt.
 */
class Snooze extends kind('job_snooze', 'Snooze') {
  readonly delay: Duration

  constructor(delay: Duration, message?: string, options?: ErrorOptions) {
    super(message, options)
    this.delay = delay
  }
}
/** `handle.result()` of a job that failed. */
class Failed extends kind('job_failed', 'Failed') {}
/** `handle.result()` of a job that was canceled, and the reason of an aborted `signal`. */
class Canceled extends kind('job_canceled', 'Canceled') {}
/** An attempt ran past its `timeout`. */
class Timeout extends kind('job_timeout', 'Timeout') {}
/** The manager was closed before or while this was asked of it. */
class Closed extends kind('job_closed', 'Closed') {}
/** This worker lost the job to another claim; the reason of its `signal`. */
class Lost extends kind('job_lost', 'Lost') {}

/** Base class of the package's errors, and the kinds that are thrown: all carry a `code`. */
export const JobError = Object.assign(Base, {
  NotFound,
  Conflict,
  Invalid,
  Fatal,
  Snooze,
  Failed,
  Canceled,
  Timeout,
  Closed,
  Lost,
})
export type JobError = Base
