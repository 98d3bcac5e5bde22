import { Type } from 'typebox'
import { databasePing } from '../database/ping.ts'
import { errors } from '../errors/index.ts'
import { guard, type Routes } from '../http/index.ts'
import { instance } from './instance.ts'

const Failure = Type.Object({ error: Type.String(), message: Type.String() })

/** What a load balancer asks: may requests come here? */
export const healthRoutes: Routes = (app, { database }) => {
  const ping = databasePing(database)
  app.get(
    '/health',
    {
      config: { guard: guard.public, uncounted: true },
      logLevel: 'warn',
      schema: {
        tags: ['health'],
        summary: 'Whether requests may come here',
        response: { 200: Type.Object({ status: Type.Literal('ok') }), 503: Failure },
      },
    },
    async (_request, reply) => {
      reply.headers({ 'cache-control': 'no-store', 'x-factotum-instance': instance })
      const wrong = await ping()
      if (wrong) throw errors.fail('unavailable', { reason: wrong })
      return { status: 'ok' as const }
    },
  )
}
