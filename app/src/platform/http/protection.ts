import type { IncomingHttpHeaders } from 'node:http'
import { errors } from '../errors/index.ts'
import type { HttpServer } from './index.ts'

const readMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** True for requests that change nothing. */
export const isRead = (method: string) => readMethods.has(method)

/** Refuses a foreign `Host`: a name that was made to lead here (DNS rebinding). */
export function refuseForeignHosts(app: HttpServer, host: string): void {
  app.addHook('onRequest', async (request) => {
    const asked = hostName(request.headers.host)
    if (!isOwnHost(asked, host)) throw errors.fail('wrong_host', { host: asked })
  })
}

/** Refuses what a page of another site sends through the browser of whoever sits here. */
export function refuseForeignPages(app: HttpServer): void {
  app.addHook('onRequest', async ({ method, headers }) => {
    if (!isRead(method) && isCrossSite(headers)) throw errors.fail('cross_site')
  })
}

/** True for the names under which only this machine is reached. */
export function isOwnHost(asked: string, host: string): boolean {
  return asked === host || asked === 'localhost' || asked === '::1' || /^127(\.\d{1,3}){3}$/.test(asked)
}

/** The name in a `Host` header, without port and brackets. */
export function hostName(header: string | undefined): string {
  return (header ?? '')
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
}

/**
 * True when a browser says that another site's page made the request. Another port of this machine is
 * another site, too: whoever runs a server there is not asked. Programs send neither header.
 */
function isCrossSite(headers: IncomingHttpHeaders): boolean {
  const { host, origin } = headers
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  if (origin === undefined) return false
  return !URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase()
}
