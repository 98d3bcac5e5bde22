import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Accounts } from '../../platform/accounts/accounts.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { forPages } from '../accept.ts'
import { ButtonLink } from '../components/index.ts'
import { sendPage } from '../page.tsx'
import { personOf } from '../person.ts'
import { orForm } from './form-answer.tsx'
import { roleOf } from './people-api.ts'
import { InviteForm, LinkMade, PeopleList, PersonPage } from './people-page.tsx'
import { known } from './visitor.ts'

const frame = { active: '/people', topics: [] }

/** Who may come, for people. */
export function peopleRoutes(app: HttpServer, { people }: Accounts): void {
  const read = { config: { guard: guard.may('people.read') } }
  const edit = { config: { guard: guard.may('people.edit') } }
  const hide = true
  const params = Type.Object({ id: Type.String() })

  app.get('/people', { ...forPages, ...read }, async (request, reply) =>
    sendPage(request, reply, {
      ...frame,
      title: 'People',
      ...(personOf(request).may('people.edit')
        ? {
            action: (
              <ButtonLink tone="main" href="/people/invite">
                Invite somebody
              </ButtonLink>
            ),
          }
        : {}),
      body: <PeopleList people={await people.list()} />,
    }),
  )

  app.get('/people/invite', { ...edit, schema: { hide } }, async (request, reply) =>
    sendPage(request, reply, { ...frame, title: 'Invite somebody', body: <InviteForm /> }),
  )

  const invitation = Type.Object({ email: Type.String(), name: Type.String(), role: Type.String() })
  app.post('/people/invite', { ...edit, schema: { hide, body: invitation } }, async (request, reply) => {
    const { body } = request
    const result = await orForm(
      reply,
      () => people.invite({ ...body, role: roleOf(body.role) }, known(request.asker), request.id),
      (refusal, status) =>
        sendPage(request, reply, {
          ...frame,
          title: 'Invite somebody',
          status,
          body: <InviteForm {...body} refusal={refusal} />,
        }),
    )
    if ('answer' in result) return reply
    const { person, link } = result.done
    if (link === null) return reply.redirect(`/people/${person.id}`, 303)
    return sendPage(request, reply, {
      ...frame,
      title: 'Invited',
      body: <LinkMade person={person} link={link} />,
    })
  })

  const one = { ...forPages, schema: { hide, params }, ...read }
  app.get('/people/:id', one, async (request, reply) => answerPerson(request, reply, request.params.id))

  const change = { ...forPages, schema: { hide, params }, ...edit }
  app.post(
    '/people/:id/role',
    { ...change, schema: { hide, params, body: Type.Object({ role: Type.String() }) } },
    async (request, reply) =>
      save(request, reply, request.params.id, () =>
        people.changeRole(request.params.id, roleOf(request.body.role), known(request.asker), request.id),
      ),
  )
  for (const verb of ['deactivate', 'reactivate'] as const)
    app.post(`/people/:id/${verb}`, change, async (request, reply) =>
      save(request, reply, request.params.id, () =>
        people[verb](request.params.id, known(request.asker), request.id),
      ),
    )

  app.post('/people/:id/link', change, async (request, reply) => {
    const made = await people.sendLinkTo(request.params.id, known(request.asker), request.id)
    return sendPage(request, reply, { ...frame, title: 'A link', body: <LinkMade {...made} /> })
  })

  async function answerPerson(
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    more: Pick<Parameters<typeof PersonPage>[0], 'refusal'> = {},
    status = 200,
  ) {
    const person = await people.person(id)
    return sendPage(request, reply, {
      ...frame,
      title: person.name,
      status,
      body: <PersonPage person={person} {...more} />,
    })
  }

  async function save(
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    work: () => Promise<unknown>,
  ) {
    const result = await orForm(reply, work, (refusal, status) =>
      answerPerson(request, reply, id, { refusal }, status),
    )
    return 'answer' in result ? reply : reply.redirect(`/people/${id}`, 303)
  }
}
