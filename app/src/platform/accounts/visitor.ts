import type { IncomingHttpHeaders } from 'node:http'
import { addressHeader } from './rules.ts'

/** Whoever makes a request, as the verbs of accounts need to know. */
export interface Visitor {
  headers: IncomingHttpHeaders
  /** The address from which the request came. */
  address: string
  /** Of the request. */
  requestId?: string
}

/**
 * Of a request's headers only what better-auth reads; the address is ours, whatever the request says.
 *
 * @param without a cookie to leave out
 */
export function headersOf({ headers, address }: Visitor, without?: string): Headers {
  const told = new Headers({ [addressHeader]: address })
  const { cookie = '', origin, 'user-agent': agent } = headers
  const cookies = cookie.split(';').filter((each) => each.trim().split('=', 1)[0] !== without)
  if (cookie) told.set('cookie', cookies.join(';'))
  if (origin) told.set('origin', origin)
  if (agent) told.set('user-agent', agent)
  return told
}
