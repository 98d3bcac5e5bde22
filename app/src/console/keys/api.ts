import { Type } from 'typebox'
import type { Accounts } from '../../platform/accounts/accounts.ts'
import { type Role, roles } from '../../platform/accounts/roles.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import type { Key } from '../../platform/keys/read.ts'
import { known } from '../accounts/visitor.ts'
import { orNull, refusedBody, time } from '../jobs/schemas.ts'

const tags = ['keys']
const limit = orNull(Type.Integer({ description: "Null: the settings' limit of all." }))

const keyBody = Type.Object({
  id: Type.String(),
  name: Type.String(),
  start: Type.String({ description: 'Its first part, by which keys are told apart.' }),
  account: Type.Object({ id: Type.String(), name: Type.String(), service: Type.Boolean() }),
  scopes: Type.Array(Type.String()),
  state: Type.String({ enum: ['active', 'expired', 'revoked'] }),
  hourly_limit: limit,
  daily_limit: limit,
  created_at: time,
  expires_at: orNull(time),
  last_used_at: orNull(Type.String({ format: 'date-time', description: 'To the minute.' })),
  revoked_at: orNull(time),
})

const isoOrNull = (at: Date | null) => at?.toISOString() ?? null

const bodyOf = (key: Key) => ({
  id: key.id,
  name: key.name,
  start: key.start,
  account: key.account,
  scopes: key.scopes,
  state: key.state,
  hourly_limit: key.hourlyLimit,
  daily_limit: key.dailyLimit,
  created_at: key.createdAt.toISOString(),
  expires_at: isoOrNull(key.expiresAt),
  last_used_at: isoOrNull(key.lastUsedAt),
  revoked_at: isoOrNull(key.revokedAt),
})

const newKey = Type.Object({
  name: Type.String({ description: 'What it is for.' }),
  scopes: Type.Array(Type.String(), { description: '`all`, features (`jobs`) or actions (`jobs.cancel`).' }),
  account: Type.Optional(Type.String({ description: "A program's account; default: your own." })),
  role: Type.Optional(
    Type.Unsafe<Role>({
      type: 'string',
      enum: [...roles],
      description: 'Makes an account of this role for the program.',
    }),
  ),
  expires_at: Type.Optional(orNull(time)),
  hourly_limit: Type.Optional(limit),
  daily_limit: Type.Optional(limit),
})

/** Keys of programs, for programs and people. */
export function keysApi(app: HttpServer, { keys }: Accounts): void {
  const own = { config: { guard: guard.may('keys.own') } }
  const params = Type.Object({ id: Type.String() })

  app.get(
    '/keys',
    {
      ...own,
      schema: {
        tags,
        summary: "Your keys; everybody's with keys.all",
        response: { 200: Type.Object({ keys: Type.Array(keyBody) }) },
      },
    },
    async ({ asker }) => ({ keys: (await keys.list(known(asker))).map(bodyOf) }),
  )

  app.get(
    '/keys/:id',
    {
      ...own,
      schema: { tags, params, summary: 'One key', response: { 200: keyBody, 404: refusedBody } },
    },
    async ({ params: { id }, asker }) => bodyOf(await keys.one(id, known(asker))),
  )

  app.post(
    '/keys',
    {
      ...own,
      schema: {
        tags,
        summary: 'Makes a key; the answer alone has it. Not for keys',
        body: newKey,
        response: {
          201: Type.Object({ key: keyBody, secret: Type.String({ description: 'Seen here only.' }) }),
          404: refusedBody,
          409: refusedBody,
          422: refusedBody,
        },
      },
    },
    async ({ body, asker, id: requestId }, reply) => {
      const by = known(asker)
      const { key, made } = await keys.make(
        {
          name: body.name,
          scopes: body.scopes,
          owner: body.role ? { role: body.role } : { accountId: body.account ?? by.account.id },
          expiresAt: body.expires_at ? new Date(body.expires_at) : null,
          hourlyLimit: body.hourly_limit ?? null,
          dailyLimit: body.daily_limit ?? null,
        },
        { by, requestId },
      )
      reply.code(201)
      return { key: bodyOf(made), secret: key }
    },
  )

  app.post(
    '/keys/:id/revoke',
    {
      ...own,
      schema: {
        tags,
        params,
        summary: 'Revokes a key: from now on it lets nobody in',
        response: { 200: keyBody, 404: refusedBody },
      },
    },
    async ({ params: { id }, asker, id: requestId }) =>
      bodyOf(await keys.revoke(id, { by: known(asker), requestId })),
  )
}
