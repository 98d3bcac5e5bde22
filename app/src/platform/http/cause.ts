import type { FastifyRequest } from 'fastify'
import type { Cause } from '../../eventlog/index.ts'

/** Who causes what comes of a request, for the event log. */
export const causeOf = ({ id, asker }: Pick<FastifyRequest, 'id' | 'asker'>): Cause => ({
  createdBy: asker?.account.id ?? null,
  correlationId: id,
})
