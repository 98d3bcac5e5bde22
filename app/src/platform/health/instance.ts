import { randomUUID } from 'node:crypto'

/** This process among all that ever ran: `/health` answers it as `x-factotum-instance`. */
export const instance = randomUUID()
