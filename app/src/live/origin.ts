import type { IncomingMessage } from 'node:http'

/**
 * Whether a request comes from a page of this host, or from no page at all (programs send no Origin).
 * Browsers let any page open a WebSocket anywhere, with the user's cookies: the server has to look.
 */
export function isOwnOrigin({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true
  if (!URL.canParse(headers.origin)) return false
  return new URL(headers.origin).host === headers.host?.toLowerCase()
}
