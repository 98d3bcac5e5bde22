import type { Config } from '../platform/config/index.ts'
import { errors } from '../platform/errors/index.ts'
import type { NewKey } from '../platform/keys/new-key.ts'
import type { Key } from '../platform/keys/read.ts'
import { withAccounts } from './accounts-alone.ts'

/** As `NewKey`; its account by an email or an id. */
export type KeyByCommand = Omit<NewKey, 'owner'> & { owner: NewKey['owner'] | { account: string } }

/**
 * Makes a key, beside whatever runs; it is good at once.
 *
 * @throws HttpError invalid, account_not_found, account_deactivated
 */
export const makeKey = (config: Config, given: KeyByCommand): Promise<{ key: string; made: Key }> =>
  withAccounts(config, async ({ keys, people }) => {
    const { owner } = given
    if (!('account' in owner)) return keys.make({ ...given, owner }, { by: 'program' })
    const who = owner.account.trim().toLowerCase()
    const account = (await people.list()).find(({ id, email }) => id === who || email === who)
    if (!account) throw errors.fail('account_not_found', { who })
    return keys.make({ ...given, owner: { accountId: account.id } }, { by: 'program' })
  })
