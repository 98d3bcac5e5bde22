import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { guard, type Routes } from '../../../../platform/http/index.ts'
import jobsOf from './jobs.ts'

/** Routes that enqueue, and one that fails with whatever it is sent in its message. */
const routes: Routes = (app, context) => {
  const jobs = jobsOf(context)
  const options = { config: { guard: guard.signedIn, uncounted: false } }
  const body = Type.Object({ text: Type.String() })
  const byRequest = (request: FastifyRequest) => ({ correlationId: request.id })

  app.post('/troubled/:id', { ...options, schema: { body } }, async ({ body }) => {
    throw new Error(`the pen broke: ${body.text}`, { cause: new Error('the nib was bent') })
  })
  app.post('/troubled/parent', options, async (request) => ({
    id: (await jobs.parent.with(byRequest(request)).delay()).id,
  }))
  app.post('/troubled/failing', { ...options, schema: { body } }, async (request) => ({
    id: (await jobs.failing.with(byRequest(request)).delay(request.body.text)).id,
  }))
}

export default routes
