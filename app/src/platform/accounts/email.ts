import { errors } from '../errors/index.ts'

// As strict as better-auth, which refuses others when they sign in.
const pattern = /^(?!\.)(?!.*\.\.)[A-Za-z0-9_'+\-.]*[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/

/**
 * An address as it is kept: in lower case.
 *
 * @throws HttpError invalid
 */
export function emailOf(text: string): string {
  const email = text.trim().toLowerCase()
  if (pattern.test(email) && email.length <= 254 && !email.endsWith('.invalid')) return email
  throw errors.fail('invalid', { reason: 'The email must look like name@example.org.' }, fieldOf('email'))
}

/** What `details` of a refusal says about a form's field. */
const fieldOf = (field: string) => ({ details: [{ field, message: 'must look like name@example.org' }] })

/** Nobody can have an address under `.invalid`: it stands for none, where better-auth needs one. */
export const noEmail = (id: string) => `${id}@factotum.invalid`

export const emailOrNull = (email: string): string | null => (email.endsWith('.invalid') ? null : email)
