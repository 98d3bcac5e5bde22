import { Type } from 'typebox'
import { guard, type HttpServer } from '../http/index.ts'
import type { Asker } from './asker.ts'
import { allPermissions, may } from './permissions.ts'
import { roles } from './roles.ts'

const tags = ['who']
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()])

const account = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: orNull(Type.String()),
  role: orNull(Type.String({ enum: [...roles] })),
  service: Type.Boolean({ description: 'True for accounts of programs.' }),
})
const me = Type.Object({
  ...account.properties,
  via: Type.String({ enum: ['session', 'key', 'token'], description: 'How you showed who you are.' }),
  scopes: Type.Array(Type.String(), { description: "A key's; `all` for sessions and tokens." }),
  permissions: Type.Array(Type.String(), { description: 'What you may do, as you came.' }),
})
const message = Type.Object({ message: Type.String() })

/** Calls that do nothing but say who asks: to try a session, a key or a token with. */
export function whoRoutes(app: HttpServer): void {
  app.get(
    '/public',
    {
      config: { guard: guard.public },
      schema: { tags, summary: 'For everybody', response: { 200: message } },
    },
    () => ({ message: 'Everybody may read this.' }),
  )
  app.get(
    '/auth/protected',
    {
      config: { guard: guard.signedIn },
      schema: { tags, summary: 'For everybody who is known', response: { 200: message } },
    },
    ({ asker }) => ({ message: `Hello, ${known(asker).account.name}. Only who is known may read this.` }),
  )
  app.get(
    '/auth/user',
    {
      config: { guard: guard.signedIn },
      schema: { tags, summary: 'Your account', response: { 200: account } },
    },
    ({ asker }) => known(asker).account,
  )
  app.get(
    '/auth/me',
    {
      config: { guard: guard.signedIn },
      schema: { tags, summary: 'Your account, and what you may do as you came', response: { 200: me } },
    },
    ({ asker }) => meOf(known(asker)),
  )
  app.get(
    '/auth/status',
    {
      config: { guard: guard.optional },
      schema: {
        tags,
        summary: 'Whether you are known; never refuses',
        response: { 200: Type.Object({ authenticated: Type.Boolean(), user: orNull(account) }) },
      },
    },
    ({ asker }) => ({ authenticated: asker !== null, user: asker?.account ?? null }),
  )
}

function meOf(asker: Asker) {
  const { account, via, scopes } = asker
  return {
    ...account,
    via,
    scopes: [scopes].flat(),
    permissions: allPermissions.filter((permission) => may(asker, permission)),
  }
}

/** The guard let them in, so they are known. */
function known(asker: Asker | null): Asker {
  if (!asker) throw new Error('The guard let nobody in.')
  return asker
}
