import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { type Config, isLoopback } from '../config/index.ts'
import { errors } from '../errors/index.ts'
import type { HttpServer } from './index.ts'

const readMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** True for requests that change nothing. */
export const isRead = (method: string) => readMethods.has(method)

/** Refuses a foreign `Host`: a name that was made to lead here (DNS rebinding). */
export function refuseForeignHosts(app: HttpServer, own: OwnNames): void {
  app.addHook('onRequest', async (request) => {
    const asked = hostName(request.headers.host)
    if (!isOwnHost(asked, own)) throw errors.fail('wrong_host', { host: asked })
  })
}

/** Refuses what a page of another site sends through the browser of whoever sits here. */
export function refuseForeignPages(app: HttpServer): void {
  app.addHook('onRequest', async ({ method, headers }) => {
    if (!isRead(method) && isCrossSite(headers)) throw errors.fail('cross_site')
  })
}

/** What says under which names people reach the program: where it listens, and what it is called outside. */
export type OwnNames = Pick<Config, 'host'> & Partial<Pick<Config, 'publicUrl'>>

/**
 * True for the name of PUBLIC_URL, for the names of this machine, and, where other machines may come, for every
 * plain address: a name can be made to lead here, an address can't.
 */
export function isOwnHost(asked: string, { host, publicUrl }: OwnNames): boolean {
  if (asked === host.toLowerCase() || isLoopback(asked)) return true
  if (publicUrl && asked === hostName(new URL(publicUrl).host)) return true
  return !isLoopback(host) && isIP(asked) !== 0
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
