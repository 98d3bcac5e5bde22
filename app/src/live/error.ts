/** A live message or a request for events that can't be served; `code` says why. */
export class LiveError extends Error {
  readonly code: LiveErrorCode

  constructor(code: LiveErrorCode, message: string) {
    super(message)
    this.name = 'LiveError'
    this.code = code
  }
}

export type LiveErrorCode =
  | 'message_too_large'
  | 'unknown_topic'
  | 'not_for_all'
  | 'no_detail'
  | 'progress_out_of_range'
  | 'stopped'
