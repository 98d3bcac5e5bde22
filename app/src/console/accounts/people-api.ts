import { Type } from 'typebox'
import type { Accounts } from '../../platform/accounts/accounts.ts'
import type { Person } from '../../platform/accounts/people.ts'
import { isRole, type Role, roles } from '../../platform/accounts/roles.ts'
import { errors } from '../../platform/errors/index.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { orNull, refusedBody, time } from '../jobs/schemas.ts'
import { known } from './visitor.ts'

const tags = ['people']

const personBody = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: orNull(Type.String({ description: "Null for a program's account." })),
  role: orNull(Type.String({ enum: [...roles] })),
  service: Type.Boolean({ description: 'An account of a program: nobody signs in to it.' }),
  status: Type.String({ enum: ['active', 'invited', 'deactivated'] }),
  two_factor: Type.Boolean(),
  created_at: time,
  last_sign_in_at: orNull(time),
})

const bodyOf = (person: Person) => ({
  id: person.id,
  name: person.name,
  email: person.email,
  role: person.role,
  service: person.service,
  status: person.status,
  two_factor: person.twoFactor,
  created_at: person.createdAt.toISOString(),
  last_sign_in_at: person.lastSignInAt?.toISOString() ?? null,
})

/** A role that was sent, also as a form's field: empty is none. */
export function roleOf(text: string | null | undefined): Role | null {
  if (text === null || text === undefined || text === '') return null
  if (isRole(text)) return text
  throw errors.fail('invalid', { reason: `There is no role "${text}". There are: ${roles.join(', ')}.` })
}

/** Who may come, for programs. */
export function peopleApi(app: HttpServer, { people }: Accounts): void {
  const read = { config: { guard: guard.may('people.read') } }
  const edit = { config: { guard: guard.may('people.edit') } }
  const params = Type.Object({ id: Type.String() })
  const role = orNull(Type.String({ enum: [...roles] }))
  const link = Type.String({
    description: 'Good once: seen here, and in the message that was sent. A key gets null.',
  })

  app.get(
    '/people',
    {
      ...read,
      schema: {
        tags,
        summary: 'Everybody, by name',
        response: { 200: Type.Object({ people: Type.Array(personBody) }) },
      },
    },
    async () => ({ people: (await people.list()).map(bodyOf) }),
  )

  app.get(
    '/people/:id',
    {
      ...read,
      schema: { tags, params, summary: 'One person', response: { 200: personBody, 404: refusedBody } },
    },
    async ({ params: { id } }) => bodyOf(await people.person(id)),
  )

  app.post(
    '/people',
    {
      ...edit,
      schema: {
        tags,
        summary: 'Invites somebody',
        body: Type.Object({
          email: Type.String(),
          name: Type.Optional(Type.String()),
          role: Type.Optional(role),
        }),
        response: {
          201: Type.Object({ person: personBody, link: orNull(link) }),
          409: refusedBody,
          422: refusedBody,
        },
      },
    },
    async ({ body, asker, id }, reply) => {
      const invited = await people.invite({ ...body, role: roleOf(body.role) }, known(asker), id)
      reply.code(201)
      return { person: bodyOf(invited.person), link: invited.link }
    },
  )

  app.post(
    '/people/:id/role',
    {
      ...edit,
      schema: {
        tags,
        params,
        summary: 'Gives a role, or with null takes it',
        body: Type.Object({ role }),
        response: { 200: personBody, 404: refusedBody, 409: refusedBody },
      },
    },
    async ({ params, body, asker, id }) =>
      bodyOf(await people.changeRole(params.id, roleOf(body.role), known(asker), id)),
  )

  const summaries = {
    deactivate: 'Lets somebody in no more: sessions and links end at once',
    reactivate: 'Lets somebody in again',
  }
  for (const verb of ['deactivate', 'reactivate'] as const)
    app.post(
      `/people/:id/${verb}`,
      {
        ...edit,
        schema: {
          tags,
          params,
          summary: summaries[verb],
          response: { 200: personBody, 404: refusedBody, 409: refusedBody },
        },
      },
      async ({ params, asker, id }) => bodyOf(await people[verb](params.id, known(asker), id)),
    )

  app.post(
    '/people/:id/link',
    {
      ...edit,
      schema: {
        tags,
        params,
        summary: 'Sends another link: to come, or to choose another password. Not for keys',
        response: { 200: Type.Object({ person: personBody, link }), 404: refusedBody, 409: refusedBody },
      },
    },
    async ({ params, asker, id }) => {
      const sent = await people.sendLinkTo(params.id, known(asker), id)
      return { person: bodyOf(sent.person), link: sent.link }
    },
  )
}
