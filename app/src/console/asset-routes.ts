import { guard, type HttpServer } from '../platform/http/index.ts'
import type { Asset, Assets } from './assets.ts'

/** Serves what `loadAssets` holds: for ever under the address of these very files, else to be asked again. */
export function serveAssets(app: HttpServer, assets: Assets): void {
  app.get<{ Params: { version: string; '*': string } }>(
    '/assets/:version/*',
    {
      config: { guard: guard.public, uncounted: true },
      schema: { hide: true },
      compress: false,
      // A policy is for documents; with each of a page's many small files it would weigh more than some of them.
      helmet: { contentSecurityPolicy: false },
    },
    async (request, reply) => {
      const found = assets.find(request.params['*'])
      if (!found) return reply.callNotFound()
      const current = assets.base === `/assets/${request.params.version}`
      const { encoding, body } = encoded(found, request.headers['accept-encoding'] ?? '')
      if (encoding) reply.header('content-encoding', encoding)
      return reply
        .type(found.type)
        .header('cache-control', current ? 'public, max-age=31536000, immutable' : 'no-cache')
        .header('vary', 'accept-encoding')
        .send(body)
    },
  )
}

function encoded({ body, compressed }: Asset, accepted: string): { encoding: string | null; body: Buffer } {
  if (compressed && /\bbr\b/.test(accepted)) return { encoding: 'br', body: compressed.br }
  if (compressed && /\bgzip\b/.test(accepted)) return { encoding: 'gzip', body: compressed.gzip }
  return { encoding: null, body }
}
