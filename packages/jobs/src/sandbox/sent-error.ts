import { JobError } from '../errors.ts'
import type { Duration } from '../types.ts'
import type { SentError } from './messages.ts'

/** An error as it can be sent. Its code is looked at, not its class: the handler's module may have a copy of its own. */
export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) {
    return { thrown: 'other', name: '', message: String(error), stack: null, code: null, delay: null }
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  return {
    thrown: 'error',
    name: error.name,
    message: error.message,
    stack: error.stack ?? null,
    code,
    delay: code === 'job_snooze' && hasDelay(error) ? error.delay : null,
  }
}

/** What was sent, as if it had been thrown here. */
export function receivedError({ thrown, name, message, stack, code, delay }: SentError): unknown {
  if (thrown === 'other') return message
  if (delay !== null) return new JobError.Snooze(delay, message)
  const error = jobError(code, message) ?? new Error(message)
  error.name = name
  if (stack !== null) error.stack = stack
  return error
}

/** Null for what is none. */
export function jobError(code: string | null, message: string): JobError | null {
  const Kind = kinds.find((kind) => new kind().code === code)
  return Kind ? new Kind(message) : null
}

const { NotFound, Conflict, Invalid, Fatal, Failed, Canceled, Timeout, Closed, Lost } = JobError
const kinds = [NotFound, Conflict, Invalid, Fatal, Failed, Canceled, Timeout, Closed, Lost]

/** Whether the delay can be read is looked at where it is used. */
function hasDelay(error: Error): error is Error & { delay: Duration } {
  return 'delay' in error
}
