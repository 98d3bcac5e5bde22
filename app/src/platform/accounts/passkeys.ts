import { and, eq, sql } from 'drizzle-orm'
import { errors } from '../errors/index.ts'
import type { Asker } from './asker.ts'
import type { Auth } from './auth.ts'
import { within } from './joined.ts'
import type { Parts } from './parts.ts'
import { by, byOwner, whence } from './record.ts'
import { refusedOr } from './refused.ts'
import { passkeys as table } from './schema.ts'
import { headersOf, type Visitor } from './visitor.ts'

/** What a browser's `PublicKeyCredential` is as JSON. */
export type PasskeyAnswer = NonNullable<
  Parameters<Auth['api']['verifyPasskeyAuthentication']>[0]
>['body']['response']

/** Passkeys: a device signs in with its own lock. A challenge comes with a cookie that names it. */
export function passkeys({ auth, database, limit, record }: Parts) {
  return {
    /**
     * What the browser asks the device with, to make a passkey for who is signed in.
     *
     * @throws HttpError session_old: it must not be a session that somebody found open
     */
    async passkeyToMake(visitor: Visitor) {
      const result = await refusedOr(
        (await auth()).api.generatePasskeyRegistrationOptions({
          headers: headersOf(visitor),
          returnHeaders: true,
        }),
      )
      if ('refused' in result) throw errors.fail('session_old')
      return { options: result.done.response, cookies: result.done.headers.getSetCookie() }
    },

    /** @throws HttpError passkey_refused */
    async keepPasskey(asker: Asker, response: unknown, name: string, visitor: Visitor): Promise<void> {
      const { id } = asker.account
      const { api } = await auth()
      const result = await database.transaction(async (tx) => {
        const result = await within(tx, () =>
          refusedOr(api.verifyPasskeyRegistration({ body: { response, name }, headers: headersOf(visitor) })),
        )
        if ('done' in result)
          await record.account(tx, id, {
            ...by(asker, visitor.requestId),
            code: 'PASSKEY_ADDED',
            context: { name, ...whence(visitor) },
          })
        return result
      })
      if ('refused' in result) throw errors.fail('passkey_refused')
    },

    /** What the browser asks the device with, to sign somebody in. */
    async passkeyToAsk(visitor: Visitor) {
      const { headers, response } = await (await auth()).api.generatePasskeyAuthenticationOptions({
        headers: headersOf(visitor),
        returnHeaders: true,
      })
      return { options: response, cookies: headers.getSetCookie() }
    },

    /** @throws HttpError passkey_refused, too_many_attempts */
    async signInWithPasskey(response: PasskeyAnswer, visitor: Visitor): Promise<string[]> {
      await limit.spend(visitor.address, `passkey ${response.id}`)
      const { api } = await auth()
      const result = await database.transaction(async (tx) => {
        const result = await within(tx, () =>
          refusedOr(
            api.verifyPasskeyAuthentication({
              body: { response },
              headers: headersOf(visitor),
              returnHeaders: true,
            }),
          ),
        )
        if ('done' in result) {
          const { id } = result.done.response.user
          await record.signIn(tx, id, { ...byOwner(id, visitor), code: 'PASSKEY' })
        }
        return result
      })
      if ('refused' in result) throw errors.fail('passkey_refused')
      await limit.forgive(visitor.address, `passkey ${response.id}`)
      return result.done.headers.getSetCookie()
    },

    /** Removes one of an account's passkeys; one that isn't there is gone already. */
    async removePasskey(asker: Asker, id: string, requestId?: string): Promise<void> {
      const { account } = asker
      await database.transaction(async (tx) => {
        const [removed] = await tx.db
          .delete(table)
          .where(and(eq(table.userId, account.id), eq(sql`${table.id}::text`, id)))
          .returning({ name: table.name })
        if (!removed) return
        const context = { name: removed.name }
        await record.account(tx, account.id, { ...by(asker, requestId), code: 'PASSKEY_REMOVED', context })
      })
    },
  }
}
