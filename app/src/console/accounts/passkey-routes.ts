import { Type } from 'typebox'
import type { Accounts } from '../../platform/accounts/accounts.ts'
import type { PasskeyAnswer } from '../../platform/accounts/passkeys.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { known, setCookies, visitorOf } from './visitor.ts'

/** What `assets/passkeys.js` asks. */
export function passkeyRoutes(app: HttpServer, accounts: Accounts): void {
  const open = { config: { guard: guard.public } }
  const own = { config: { guard: guard.session } }
  const hide = true
  const answer = Type.Unsafe<PasskeyAnswer & { id: string }>(Type.Object({ id: Type.String() }))

  app.post('/signin/passkey/options', { ...open, schema: { hide } }, async (request, reply) => {
    const { options, cookies } = await accounts.passkeyToAsk(visitorOf(request))
    setCookies(reply, cookies)
    return reply.send(options)
  })

  app.post(
    '/signin/passkey',
    { ...open, schema: { hide, body: Type.Object({ response: answer }) } },
    async (request, reply) => {
      setCookies(reply, await accounts.signInWithPasskey(request.body.response, visitorOf(request)))
      return { status: 'signed_in' }
    },
  )

  app.post('/account/passkeys/options', { ...own, schema: { hide } }, async (request, reply) => {
    const { options, cookies } = await accounts.passkeyToMake(visitorOf(request))
    setCookies(reply, cookies)
    return reply.send(options)
  })

  app.post(
    '/account/passkeys',
    {
      ...own,
      schema: { hide, body: Type.Object({ response: answer, name: Type.String({ maxLength: 100 }) }) },
    },
    async (request) => {
      const { response, name } = request.body
      await accounts.keepPasskey(
        known(request.asker),
        response,
        name.trim() || 'A passkey',
        visitorOf(request),
      )
      return { status: 'kept' }
    },
  )

  app.post(
    '/account/passkeys/:id/remove',
    { ...own, schema: { hide, params: Type.Object({ id: Type.String() }) } },
    async (request, reply) => {
      await accounts.removePasskey(known(request.asker), request.params.id, request.id)
      return reply.redirect('/account?saved', 303)
    },
  )
}
