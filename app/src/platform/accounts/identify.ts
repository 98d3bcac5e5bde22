import type { IncomingHttpHeaders } from 'node:http'
import { keyPrefix } from '../keys/secret.ts'
import type { Asker, Identify } from './asker.ts'

/** The ways in which who asks may show it. */
export interface Ways {
  session: Identify
  key(key: string): Promise<Asker | null>
  token(token: string): Promise<Asker | null>
}

/**
 * Who asks. A key or token counts before a cookie, and one that is no good lets nobody in: who sends it means it, and
 * must not be taken for whoever the cookie belongs to.
 */
export function identifyBy({ session, key, token }: Ways): Identify {
  return async (request) => {
    const { headers } = request
    const bearer = bearerOf(headers)
    if (headers['x-api-key'] !== undefined) return key(String(headers['x-api-key']).trim())
    if (bearer === null) return session(request)
    return bearer.startsWith(keyPrefix) ? key(bearer) : token(bearer)
  }
}

/** Other kinds of authorization are a proxy's business. */
const bearerOf = ({ authorization }: IncomingHttpHeaders): string | null =>
  /^bearer\b(.*)$/i.exec(authorization ?? '')?.[1]?.trim() ?? null
