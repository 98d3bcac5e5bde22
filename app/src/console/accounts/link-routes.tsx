import { Type } from 'typebox'
import type { Accounts } from '../../platform/accounts/accounts.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { sendPage } from '../page.tsx'
import { orForm } from './form-answer.tsx'
import { ChoosePasswordForm } from './sign-in-page.tsx'
import { goOn } from './sign-in-routes.tsx'
import { visitorOf } from './visitor.ts'

const titles = { invitation: 'Welcome', password: 'Choose another password' }

/** Where the links lead that are good once. */
export function linkRoutes(app: HttpServer, accounts: Accounts): void {
  const open = { config: { guard: guard.public } }
  const frame = { active: '', topics: [] }

  app.get(
    '/signin/link',
    {
      ...open,
      // Asking whether the page is there must not use the link up.
      exposeHeadRoute: false,
      schema: { hide: true, querystring: Type.Object({ token: Type.String({ default: '' }) }) },
    },
    async (request, reply) => {
      // A browser that loads pages ahead has not been told to go there yet.
      if (/prefetch|prerender/.test(String(request.headers['sec-purpose']))) return reply.code(204).send()
      const { token } = request.query
      const followed = await accounts.followLink(token, visitorOf(request))
      if (followed.choose === null)
        return goOn(reply, followed.cookies, followed.first ? '/account?welcome' : '/account')
      const title = titles[followed.choose]
      return sendPage(request, reply, {
        ...frame,
        title,
        body: <ChoosePasswordForm {...followed} token={token} />,
      })
    },
  )

  const body = Type.Object({
    token: Type.String(),
    password: Type.String(),
    name: Type.Optional(Type.String()),
    email: Type.Optional(Type.String({ description: "For the browser's keeper of passwords." })),
  })
  app.post('/signin/link', { ...open, schema: { hide: true, body } }, async (request, reply) => {
    const { token, password, name } = request.body
    const visitor = visitorOf(request)
    const result = await orForm(
      reply,
      () => accounts.choosePassword(token, { password, name }, visitor),
      async (refusal, status) => {
        // One that is gone says so by itself.
        const followed = await accounts.followLink(token, visitor)
        if (followed.choose === null) throw new Error('A link to choose a password has signed somebody in.')
        return sendPage(request, reply, {
          ...frame,
          title: titles[followed.choose],
          status,
          body: (
            <ChoosePasswordForm {...followed} name={name ?? followed.name} token={token} refusal={refusal} />
          ),
        })
      },
    )
    if ('answer' in result) return reply
    return goOn(reply, result.done.cookies, result.done.owesCode ? '/signin' : '/')
  })
}
