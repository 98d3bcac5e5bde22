import { JobError, type Json } from '@factotum/jobs'
import { EventError } from '../../eventlog/index.ts'
import { HttpError } from './http-error.ts'
import { errors } from './index.ts'

/** A rule of the schema that a request broke, as the validator says it. */
interface Violation {
  instancePath: string
  message?: string
  params?: Record<string, unknown>
}

/** What is told to the client about an error of any origin; nothing of the inside but for the id of a 500. */
export function refusal(error: unknown, id: string): HttpError {
  if (error instanceof HttpError) return error
  if (error instanceof JobError) return ofJobs(error) ?? internal(id)
  if (error instanceof EventError) return ofEvents(error) ?? internal(id)
  if (!(error instanceof Error)) return internal(id)
  const origin = originOf(error)
  if (databaseIsAway(origin)) return errors.fail('database_away')
  if (hasNul(origin)) return errors.fail('invalid', { reason: nulReason })
  return ofValidation(error) ?? ofServer(error) ?? ofMultipart(error) ?? internal(id)
}

/** What the database said, also where a query builder put its own sentence around it. */
const originOf = (error: Error): Error => (error.cause instanceof Error ? originOf(error.cause) : error)

const nulReason = 'There is a NUL character in it, which no text here can have. Take it out.'

/** PostgreSQL takes no text with one; whatever field it came in by. */
const hasNul = (error: Error) =>
  'severity' in error && 'code' in error && (error.code === '22021' || error.code === '22P05')

const internal = (id: string) => errors.fail('internal', { id }, { id })

function ofJobs(error: JobError): HttpError | null {
  if (error instanceof JobError.NotFound) return errors.fail('job_not_found')
  if (error instanceof JobError.Conflict) return errors.fail('job_conflict', { reason: error.message })
  if (error instanceof JobError.Invalid) return errors.fail('job_invalid', { reason: error.message })
  if (error instanceof JobError.Closed) return stopping()
  return null
}

function ofEvents({ code, message: reason }: EventError): HttpError | null {
  // A wrong definition is the program's fault, and stops its start.
  return code === 'event_registration' ? null : errors.fail(code, { reason })
}

const stopping = () =>
  errors.fail('unavailable', { reason: 'The program is about to stop. Try again in a moment.' })

function ofValidation(error: Error): HttpError | null {
  if (!('validation' in error) || !Array.isArray(error.validation)) return null
  const place = 'validationContext' in error ? String(error.validationContext) : 'request'
  const violations: Violation[] = error.validation
  // An id that can't be one names nothing.
  if (place === 'params') return errors.fail('not_found', { path: 'this address' })
  const details = violations.map((violation) => ({ field: fieldOf(violation), message: sentence(violation) }))
  const reason = details.map(({ field, message }) => `${field || `The ${place}`} ${message}`).join('; ')
  return errors.fail('invalid', { reason: `${reason}.` }, { details })
}

function fieldOf({ instancePath, params }: Violation): string {
  const within = instancePath.split('/').slice(1)
  const about = params?.missingProperty ?? params?.additionalProperty
  return [...within, ...(typeof about === 'string' ? [about] : [])].join('.')
}

function sentence({ message = 'is wrong', params }: Violation): string {
  if (params?.missingProperty) return 'is missing'
  if (params?.additionalProperty) return 'is not known here'
  if (Array.isArray(params?.allowedValues)) return `must be one of ${params.allowedValues.join(', ')}`
  return message
}

/** Errors of the HTTP server itself, which carry a status. */
function ofServer(error: Error): HttpError | null {
  const status = 'statusCode' in error ? Number(error.statusCode) : Number.NaN
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'FST_INVALID_MULTIPART_CONTENT_TYPE') {
    return errors.fail('unsupported_type', { reason: 'send the form as multipart/form-data.' })
  }
  if (status === 413) return errors.fail('too_large')
  if (status === 415) return errors.fail('unsupported_type', { reason: ended(error.message) })
  if (status === 404) return errors.fail('not_found', { path: 'this address' })
  if (status >= 400 && status < 500) return errors.fail('bad_request', { reason: ended(error.message) })
  if (status === 503) return stopping()
  return null
}

/** The multipart parser's errors have neither code nor status. */
function ofMultipart(error: Error): HttpError | null {
  if (!/multipart|malformed part header/i.test(error.message)) return null
  return errors.fail('bad_request', { reason: ended(error.message) })
}

const ended = (sentence: string) => (sentence.endsWith('.') ? sentence : `${sentence}.`)

const awayCodes = new Set<Json>([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P03',
  '53300',
])

/** The server is down, starting, stopping or full, or the connection broke. */
export function databaseIsAway(error: Error): boolean {
  if (/^(timeout exceeded when trying to connect|Connection terminated)/.test(error.message)) return true
  if (!('code' in error) || typeof error.code !== 'string' || !awayCodes.has(error.code)) return false
  const fromServer = 'severity' in error
  return fromServer || ('syscall' in error && error.syscall === 'connect')
}
