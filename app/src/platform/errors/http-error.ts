import type { Json } from '@factotum/jobs'

/** A refusal with its HTTP status: `{ error: code, message, ...fields }` goes to the client. */
export class HttpError extends Error {
  override name = 'HttpError'
  readonly status: number
  readonly code: string
  readonly fields: Record<string, Json>

  constructor(status: number, code: string, message: string, fields: Record<string, Json> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.fields = fields
  }
}
