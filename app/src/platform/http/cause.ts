import type { Cause } from '../../eventlog/index.ts'

/** Of a request, as much as an event tells of it. */
interface CausingRequest {
  id: string
  asker?: { account: { id: string } } | null
}

/** Who causes what comes of a request, for the event log. */
export const causeOf = ({ id, asker }: CausingRequest): Cause => ({
  createdBy: asker?.account.id ?? null,
  correlationId: id,
})
