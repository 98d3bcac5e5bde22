import { Type } from 'typebox'
import { guard, type HttpServer } from '../http/index.ts'
import type { Metrics } from './index.ts'

/** What Prometheus asks every few seconds, with a key: so it counts against no limit, and the log keeps quiet. */
export function metricsRoutes(app: HttpServer, metrics: Pick<Metrics, 'read'>): void {
  app.get(
    '/metrics',
    {
      config: { guard: guard.may('metrics.read'), uncounted: true },
      logLevel: 'warn',
      schema: {
        tags: ['health'],
        summary: 'The figures of this process and of all queues, as Prometheus reads them',
        response: {
          200: { description: 'Figures', content: { 'text/plain': { schema: Type.String() } } },
        },
      },
    },
    async (_request, reply) => {
      const { text, type } = await metrics.read()
      return reply.headers({ 'cache-control': 'no-store', 'content-type': type }).send(text)
    },
  )
}
