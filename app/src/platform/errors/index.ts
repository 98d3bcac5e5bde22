import { defineErrors } from './define.ts'

export { defineErrors, type ErrorRow, type Errors, type ErrorTable } from './define.ts'
export { HttpError } from './http-error.ts'

/** The platform's own refusals; a feature's `errors.ts` adds its rows. `docs/errors.md` says the same. */
export const errors = defineErrors({
  bad_request: { status: 400, message: "The request can't be read: {reason}" },
  webhook_refused: {
    status: 400,
    message: 'This call is not signed with our secret, or was made too long ago. Send it again, signed.',
  },
  wrong_credentials: { status: 401, message: 'The email or the password is not right.' },
  wrong_code: {
    status: 401,
    message: 'This code is not right, or was used already. Take the one that the app shows now.',
  },
  code_expired: {
    status: 401,
    message: 'This took too long, or too many codes were wrong. Sign in with your password again.',
  },
  passkey_refused: {
    status: 401,
    message: 'This passkey is not known here, or the device gave up. Try again.',
  },
  link_gone: {
    status: 410,
    message: 'This link was used already, or is too old. Ask who sent it for another.',
  },
  session_old: {
    status: 403,
    message: 'You signed in more than a day ago. Sign out, sign in again, and do it then.',
  },
  unauthenticated: {
    status: 401,
    message: 'Nobody is signed in here. Sign in, or send an API key as X-API-Key or Authorization: Bearer.',
  },
  forbidden: { status: 403, message: 'You may not do this. {reason}' },
  cross_site: {
    status: 403,
    message: 'This was sent by a page of another site. Open this program itself and do it there.',
  },
  csrf: {
    status: 403,
    message:
      'This form was made for another sign-in, or did not come from here. Look it over and send it again.',
  },
  not_found: { status: 404, message: 'There is nothing at {path}.' },
  account_not_found: { status: 404, message: 'Nobody here has the email {who}.' },
  person_not_found: { status: 404, message: 'There is no person {id}.' },
  key_not_found: { status: 404, message: 'There is no key {id} that you may see.' },
  log_file_not_found: {
    status: 404,
    message:
      'There is no file of the log "{name}": it may have been compressed or cleared since. List them again.',
  },
  job_not_found: { status: 404, message: 'Job not found' },
  event_code_forbidden: { status: 403, message: '{reason}' },
  event_unknown: { status: 404, message: '{reason}' },
  schedule_not_found: { status: 404, message: 'There is no schedule "{name}".' },
  queue_not_found: { status: 404, message: 'There is no queue "{name}": no job ever came into it.' },
  email_taken: { status: 409, message: 'There is an account with the email {email} already.' },
  account_deactivated: { status: 409, message: '{name} is deactivated. Let them in again first.' },
  last_administrator: {
    status: 409,
    message: '{name} is the last administrator. Make somebody else one first.',
  },
  no_email: { status: 409, message: '{name} has no email to which a link could be sent.' },
  second_factor_on: { status: 409, message: 'There is an authenticator app already. Turn it off first.' },
  job_conflict: { status: 409, message: '{reason}' },
  event_patch_conflict: { status: 409, message: '{reason}' },
  settings_conflict: { status: 409, message: '{reason}' },
  too_large: {
    status: 413,
    message: 'What was sent is larger than is accepted here. Send less, or raise MAX_UPLOAD_SIZE for files.',
  },
  unsupported_type: {
    status: 415,
    message: 'What was sent is of a type that is not accepted here: {reason}',
  },
  wrong_host: {
    status: 421,
    message: 'There is no site "{host}" here. Use the link that the program printed at its start.',
  },
  invalid: { status: 422, message: '{reason}' },
  settings_invalid: { status: 422, message: '{reason}' },
  job_invalid: { status: 422, message: '{reason}' },
  event_invalid: { status: 422, message: '{reason}' },
  event_code_unknown: { status: 422, message: '{reason}' },
  event_code_missing: { status: 422, message: '{reason}' },
  wrong_password: { status: 422, message: 'Your present password is not right.' },
  too_many_attempts: { status: 429, message: 'Too many attempts. Try again in {wait}.' },
  too_many_calls: {
    status: 429,
    message: 'Your calls are used up: {limit} in {window}. Go on in {wait}.',
  },
  internal: { status: 500, message: 'Something went wrong here. The log has the details under {id}.' },
  unavailable: { status: 503, message: '{reason}' },
  maintenance: {
    status: 503,
    message: 'This program is being maintained. Nothing is lost: come again in a few minutes.',
  },
  database_away: { status: 503, message: "The database can't be reached. Try again in a moment." },
  storage_full: {
    status: 507,
    message: 'The disk is full: nothing was kept. Free some space and send it again.',
  },
})
