import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Accounts } from '../../platform/accounts/accounts.ts'
import { guard, type HttpServer, wantsPage } from '../../platform/http/index.ts'
import { localPath } from '../local-path.ts'
import { sendPage } from '../page.tsx'
import { orForm } from './form-answer.tsx'
import { CodeForm, ForgottenForm, ForgottenSent, SignInForm } from './sign-in-page.tsx'
import { known, setCookies, visitorOf } from './visitor.ts'

const hide = true
const next = { querystring: Type.Object({ next: Type.Optional(Type.String()) }) }
const topics: [] = []
const frame = { active: '', topics, modules: ['passkeys.js'] }

/** Signing in by password and code, signing out, and asking for another password. */
export function signInRoutes(app: HttpServer, accounts: Accounts): void {
  // Who is signed in already goes on; who has no session needs no form token, and other sites are kept out.
  const open = { config: { guard: guard.public } }

  app.get(
    '/signin',
    { config: { guard: guard.optional }, schema: { ...next, hide } },
    async (request, reply) => {
      const to = localPath(request.query.next)
      if (request.asker?.via === 'session') return reply.redirect(to, 303)
      return sendPage(request, reply, { ...frame, title: 'Sign in', body: <SignInForm next={to} /> })
    },
  )

  app.post(
    '/signin',
    {
      ...open,
      schema: {
        ...next,
        tags: ['who'],
        summary: 'Signs in: a session cookie, or, with a second factor, one that /signin/code asks for',
        body: Type.Object({ email: Type.String(), password: Type.String() }),
        response: { 200: Type.Object({ status: Type.String({ enum: ['signed_in', 'code_needed'] }) }) },
      },
    },
    async (request, reply) => {
      const to = localPath(request.query.next)
      const visitor = visitorOf(request)
      if (!wantsPage(request.headers.accept)) {
        const { cookies, owesCode } = await accounts.signIn(request.body, visitor)
        setCookies(reply, cookies)
        return { status: owesCode ? 'code_needed' : 'signed_in' }
      }
      const result = await orForm(
        reply,
        () => accounts.signIn(request.body, visitor),
        (refusal, status) =>
          sendPage(request, reply, {
            ...frame,
            title: 'Sign in',
            status,
            body: <SignInForm next={to} email={request.body.email} refusal={refusal} />,
          }),
      )
      if ('answer' in result) return reply
      setCookies(reply, result.done.cookies)
      const code = to === '/' ? '/signin/code' : `/signin/code?next=${encodeURIComponent(to)}`
      return reply.redirect(result.done.owesCode ? code : to, 303)
    },
  )

  app.get('/signin/code', { ...open, schema: { ...next, hide } }, async (request, reply) =>
    sendPage(request, reply, {
      ...frame,
      title: 'One more step',
      body: <CodeForm next={localPath(request.query.next)} />,
    }),
  )

  app.post(
    '/signin/code',
    { ...open, schema: { ...next, hide, body: Type.Object({ code: Type.String() }) } },
    async (request, reply) => {
      const to = localPath(request.query.next)
      const result = await orForm(
        reply,
        () => accounts.signInWithCode(request.body.code, visitorOf(request)),
        (refusal, status) =>
          sendPage(request, reply, {
            ...frame,
            title: 'One more step',
            status,
            body: <CodeForm next={to} refusal={refusal} />,
          }),
      )
      return 'answer' in result ? reply : goOn(reply, result.done.cookies, to)
    },
  )

  app.post(
    '/signout',
    { config: { guard: guard.session, uncounted: true }, schema: { hide } },
    async (request, reply) =>
      goOn(reply, [await accounts.signOut(known(request.asker), request.id)], '/signin'),
  )

  app.get('/signin/forgotten', { ...open, schema: { hide } }, async (request, reply) =>
    sendPage(request, reply, { ...frame, title: 'Choose another password', body: <ForgottenForm /> }),
  )

  app.post(
    '/signin/forgotten',
    { ...open, schema: { hide, body: Type.Object({ email: Type.String() }) } },
    async (request, reply) => {
      const title = 'Choose another password'
      const result = await orForm(
        reply,
        () => accounts.forgotPassword(request.body.email, visitorOf(request)),
        (refusal, status) =>
          sendPage(request, reply, { ...frame, title, status, body: <ForgottenForm refusal={refusal} /> }),
      )
      return 'answer' in result
        ? reply
        : sendPage(request, reply, { ...frame, title, body: <ForgottenSent /> })
    },
  )
}

/** On, with what the browser is to keep. */
export function goOn(reply: FastifyReply, cookies: string[], to: string): FastifyReply {
  setCookies(reply, cookies)
  return reply.redirect(to, 303)
}
