import { notLike } from 'drizzle-orm'
import { credentials } from './schema.ts'

/**
 * What a provider is called in the credential of who was deleted there. The row stays: a token that is still good, or
 * something told late, would else make them known anew.
 */
export const deletedAt = (provider: string) => `${provider}:deleted`

/** Whether a credential lets anybody in. */
export const letsIn = notLike(credentials.providerId, deletedAt('%'))
