import type { IncomingHttpHeaders } from 'node:http'
import type { Asker, Identify } from './asker.ts'

/** The ways in which who asks may show it. */
export interface Ways {
  session: Identify
  key(key: string): Promise<Asker | null>
}

/**
 * Who asks. A key counts before a cookie, and one that is no good lets nobody in: who sends one means it, and must
 * not be taken for whoever the cookie belongs to.
 */
export function identifyBy({ session, key }: Ways): Identify {
  return async (request) => {
    const shown = shownIn(request.headers)
    return shown === null ? session(request) : key(shown)
  }
}

/** What `X-API-Key`, else `Authorization: Bearer` says. Other kinds of authorization are a proxy's business. */
function shownIn(headers: IncomingHttpHeaders): string | null {
  const key = headers['x-api-key']
  if (key !== undefined) return String(key).trim()
  return /^bearer\s+(.*)$/i.exec(headers.authorization ?? '')?.[1]?.trim() ?? null
}
