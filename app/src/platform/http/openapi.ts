import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyContextConfig } from 'fastify'
import { Type } from 'typebox'
import { type Guard, guard, isOpen } from './guard.ts'
import type { HttpServer } from './index.ts'

/** How one shows who one is. */
const schemes = {
  session: {
    type: 'apiKey' as const,
    in: 'cookie' as const,
    name: 'factotum.session_token',
    description: 'A person who signed in with a browser. Writes need a form token, too: `x-csrf-token`.',
  },
  key: { type: 'apiKey' as const, in: 'header' as const, name: 'X-API-Key' },
  bearer: {
    type: 'http' as const,
    scheme: 'bearer',
    description: 'An API key, or a token of the sign-in provider that is set up.',
  },
}

/** The API's description: `/docs` to try it, `/docs/json` to read it by program. */
export async function describeApi(app: HttpServer, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Factotum',
        version,
        description: 'Every body is JSON in snake_case unless it says otherwise.',
      },
      components: { securitySchemes: schemes },
    },
    transform: ({ url, route: { schema = {}, config } }) => ({
      schema: config?.guard ? { ...schema, ...described(config, config.guard, schema.response) } : schema,
      url,
    }),
  })
  // It adds its routes without our options.
  await app.register(async (scope: HttpServer) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, guard: guard.public, uncounted: true }
    })
    await scope.register(swaggerUi, { routePrefix: '/docs', uiConfig: { deepLinking: false } })
  })
}

const refusal = (description: string) =>
  Type.Object({ error: Type.String(), message: Type.String() }, { description })

/** What guard and limits mean for callers. */
function described({ uncounted }: FastifyContextConfig, guard: Guard, response: unknown) {
  const refusals = {
    ...(isOpen(guard) ? {} : { 401: refusal('Nobody is signed in, or the key or token is not valid.') }),
    ...(isOpen(guard) || guard.kind === 'signedIn' ? {} : { 403: refusal(needOf(guard)) }),
    ...(uncounted ? {} : { 429: refusal('Too many calls: `Retry-After` says when to go on.') }),
  }
  return {
    security: isOpen(guard) ? [] : waysIn(guard),
    response: { ...refusals, ...(typeof response === 'object' ? response : {}) },
  }
}

function waysIn({ kind }: Guard) {
  if (kind === 'session') return [{ session: [] }]
  if (kind === 'apiKey') return [{ key: [] }, { bearer: [] }]
  return [{ session: [] }, { key: [] }, { bearer: [] }]
}

function needOf(guard: Guard): string {
  if (guard.kind === 'role') return `Needs the role ${guard.role}.`
  if (guard.kind === 'apiKey') return `Needs an API key with the permission ${guard.permission}.`
  if (guard.kind === 'may') return `Needs the permission ${guard.permission}.`
  return 'Needs a person who signed in.'
}
