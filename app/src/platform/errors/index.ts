import { defineErrors } from './define.ts'

export { defineErrors, type ErrorRow, type Errors, type ErrorTable } from './define.ts'
export { HttpError } from './http-error.ts'

/** The platform's own refusals; a feature's `errors.ts` adds its rows. `docs/errors.md` says the same. */
export const errors = defineErrors({
  bad_request: { status: 400, message: "The request can't be read: {reason}" },
  cross_site: {
    status: 403,
    message:
      'This request was sent by a page of another site ({origin}). Open this program itself and try again.',
  },
  csrf: { status: 403, message: 'The form is too old or not from here. Reload the page and send it again.' },
  not_found: { status: 404, message: 'There is nothing at {path}.' },
  job_not_found: { status: 404, message: 'Job not found' },
  conflict: { status: 409, message: '{reason}' },
  too_large: { status: 413, message: 'What was sent is larger than the {limit} that are accepted here.' },
  unsupported_type: { status: 415, message: 'The type {type} is not accepted here. Send {accepted}.' },
  wrong_host: {
    status: 421,
    message:
      'This program does not answer under the name "{host}". Use the link that it printed at its start.',
  },
  invalid: { status: 422, message: '{reason}' },
  internal: { status: 500, message: 'Something went wrong here. The log has the details under {id}.' },
  unavailable: { status: 503, message: '{reason}' },
  storage_full: {
    status: 507,
    message: 'The disk is full: nothing was kept. Free some space and send it again.',
  },
})
