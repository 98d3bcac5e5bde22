import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Accounts } from '../../platform/accounts/accounts.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { sendPage } from '../page.tsx'
import { type AccountForm, AccountPage } from './account-page.tsx'
import { orForm } from './form-answer.tsx'
import { SecondFactorPage } from './second-factor-page.tsx'
import { goOn } from './sign-in-routes.tsx'
import { type FormRefusal, known, visitorOf } from './visitor.ts'

const topics: [] = []
const active = '/account'

/** One's own account: only for who sits at a browser and signed in there. */
export function accountRoutes(app: HttpServer, accounts: Accounts): void {
  const own = { config: { guard: guard.session }, schema: { hide: true } }
  const withBody = <Body extends Parameters<typeof Type.Object>[0]>(fields: Body) => ({
    ...own,
    schema: { hide: true, body: Type.Object(fields) },
  })

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    more: {
      status?: number
      welcome?: boolean
      saved?: boolean
      refused?: { form: AccountForm; refusal: FormRefusal }
    },
  ) {
    const asker = known(request.asker)
    const account = await accounts.own(asker)
    const { status = 200, ...props } = more
    return sendPage(request, reply, {
      title: 'Your account',
      active,
      topics,
      modules: ['passkeys.js'],
      status,
      body: <AccountPage asker={asker} account={account} {...props} />,
    })
  }

  /** Does it and shows the page anew, or shows beside its form why it was not done. */
  async function save(
    request: FastifyRequest,
    reply: FastifyReply,
    form: AccountForm,
    work: () => Promise<unknown>,
  ) {
    const result = await orForm(reply, work, (refusal, status) =>
      answer(request, reply, { status, refused: { form, refusal } }),
    )
    return 'answer' in result
      ? reply
      : goOn(reply, isCookies(result.done) ? result.done : [], '/account?saved')
  }

  app.get<{ Querystring: Record<string, string> }>('/account', own, async (request, reply) =>
    answer(request, reply, {
      welcome: request.query.welcome !== undefined,
      saved: request.query.saved !== undefined,
    }),
  )

  app.post(
    '/account/name',
    withBody({ name: Type.String(), email: Type.Optional(Type.String()) }),
    async (request, reply) =>
      save(request, reply, 'name', () =>
        accounts.rename(known(request.asker), request.body, visitorOf(request)),
      ),
  )

  app.post(
    '/account/password',
    withBody({ password: Type.String(), current: Type.Optional(Type.String()) }),
    async (request, reply) =>
      save(request, reply, 'password', () =>
        accounts.changePassword(known(request.asker), request.body, visitorOf(request)),
      ),
  )

  app.post('/account/second-factor', withBody({ password: Type.String() }), async (request, reply) => {
    const { id } = known(request.asker).account
    const result = await orForm(
      reply,
      () => accounts.beginSecondFactor(request.body.password, id, visitorOf(request)),
      (refusal, status) => answer(request, reply, { status, refused: { form: 'second-factor', refusal } }),
    )
    if ('answer' in result) return reply
    const body = <SecondFactorPage made={result.done} />
    return sendPage(request, reply, { title: 'Authenticator app', active, topics, body })
  })

  app.post('/account/second-factor/confirm', withBody({ code: Type.String() }), async (request, reply) => {
    const { id } = known(request.asker).account
    const result = await orForm(
      reply,
      () => accounts.confirmSecondFactor(request.body.code, id, visitorOf(request)),
      (refusal, status) =>
        sendPage(request, reply, {
          title: 'Authenticator app',
          active,
          topics,
          status,
          body: <SecondFactorPage made={null} refusal={refusal} />,
        }),
    )
    return 'answer' in result ? reply : goOn(reply, result.done, '/account?saved')
  })

  app.post('/account/second-factor/end', withBody({ password: Type.String() }), async (request, reply) =>
    save(request, reply, 'second-factor', () =>
      accounts.endSecondFactor(request.body.password, known(request.asker).account.id, visitorOf(request)),
    ),
  )

  app.post('/account/sessions/end-others', own, async (request, reply) => {
    await accounts.endSessions(known(request.asker), 'others', request.id)
    return reply.redirect('/account?saved', 303)
  })

  const one = { ...own, schema: { hide: true, params: Type.Object({ id: Type.String() }) } }
  app.post('/account/sessions/:id/end', one, async (request, reply) => {
    await accounts.endSessions(known(request.asker), request.params, request.id)
    return reply.redirect('/account?saved', 303)
  })
}

/** Verbs that begin the session anew answer its cookies. */
const isCookies = (done: unknown): done is string[] => Array.isArray(done)
