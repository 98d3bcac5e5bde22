import { errors } from '../errors/index.ts'
import { within } from './joined.ts'
import { lockAccount } from './lock-account.ts'
import type { Parts } from './parts.ts'
import { byOwner } from './record.ts'
import { refusedOr } from './refused.ts'
import { headersOf, type Visitor } from './visitor.ts'

/** What a person takes into their authenticator app; seen once. */
export interface NewSecondFactor {
  /** `otpauth://…`: what the QR code holds. */
  uri: string
  /** The same for typing it in. */
  secret: string
  /** Each good once, instead of a code. */
  backupCodes: string[]
}

/** An authenticator app as the second factor of one's account. Each verb works on the visitor's own session. */
export function secondFactor({ auth, database, limit, record }: Parts) {
  return {
    /**
     * Makes a secret, which is asked for once it has been confirmed.
     *
     * @throws HttpError wrong_password, second_factor_on, too_many_attempts
     */
    async beginSecondFactor(password: string, id: string, visitor: Visitor): Promise<NewSecondFactor> {
      await limit.spend(visitor.address, id)
      const result = await refusedOr(
        (await auth()).api.enableTwoFactor({
          body: { password, method: 'totp' },
          headers: headersOf(visitor),
        }),
      )
      if ('refused' in result)
        throw errors.fail(result.refused === 'INVALID_PASSWORD' ? 'wrong_password' : 'second_factor_on')
      await limit.forgive(visitor.address, id)
      if (result.done.method !== 'totp') throw new Error('No secret for an authenticator app was made.')
      const { totpURI: uri, backupCodes } = result.done
      return { uri, secret: new URL(uri).searchParams.get('secret') ?? '', backupCodes }
    },

    /**
     * Turns it on with a code of the app; answers the `set-cookie` headers of the session, which begins anew.
     *
     * @throws HttpError wrong_code, too_many_attempts
     */
    async confirmSecondFactor(code: string, id: string, visitor: Visitor): Promise<string[]> {
      await limit.spend(visitor.address, id)
      const { api } = await auth()
      const body = { code: code.replace(/\s/g, '') }
      const result = await recorded('SECOND_FACTOR_ON', id, visitor, () =>
        api.verifyTOTP({ body, headers: headersOf(visitor), returnHeaders: true }),
      )
      if ('refused' in result) throw errors.fail('wrong_code')
      await limit.forgive(visitor.address, id)
      return result.done.headers.getSetCookie()
    },

    /** @throws HttpError wrong_password, too_many_attempts */
    async endSecondFactor(password: string, id: string, visitor: Visitor): Promise<string[]> {
      await limit.spend(visitor.address, id)
      const { api } = await auth()
      const result = await recorded('SECOND_FACTOR_OFF', id, visitor, () =>
        api.disableTwoFactor({ body: { password }, headers: headersOf(visitor), returnHeaders: true }),
      )
      if ('refused' in result) throw errors.fail('wrong_password')
      await limit.forgive(visitor.address, id)
      return result.done.headers.getSetCookie()
    },
  }

  /** Turns it on or off together with the event that says so; it may have been so already. */
  function recorded(
    code: 'SECOND_FACTOR_ON' | 'SECOND_FACTOR_OFF',
    id: string,
    visitor: Visitor,
    call: () => Promise<{ headers: Headers }>,
  ) {
    return database.transaction(async (tx) => {
      const before = await lockAccount(tx, id)
      const result = await within(tx, () => refusedOr(call()))
      if ('done' in result && before.secondFactor !== (code === 'SECOND_FACTOR_ON'))
        await record.account(tx, id, { ...byOwner(id, visitor), code })
      return result
    })
  }
}
