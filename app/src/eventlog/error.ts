/**
 * `event_registration`     a definition that can't be used; its file must be mended
 * `event_unknown`          no event has this key
 * `event_code_unknown`     the key has no such code
 * `event_code_forbidden`   this role may not choose the code
 * `event_code_missing`     nothing says which code is meant
 * `event_invalid`          notes, context or subject break a rule
 * `event_patch_conflict`   what the patch changes is not there any more
 */
export type EventErrorCode =
  | 'event_registration'
  | 'event_unknown'
  | 'event_code_unknown'
  | 'event_code_forbidden'
  | 'event_code_missing'
  | 'event_invalid'
  | 'event_patch_conflict'

/** An event that can't be registered, written or read as asked; `code` says why. */
export class EventError extends Error {
  override name = 'EventError'
  readonly code: EventErrorCode

  constructor(code: EventErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
