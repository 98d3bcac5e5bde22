import compress from '@fastify/compress'
import etag from '@fastify/etag'
import helmet from '@fastify/helmet'
import type { HttpServer } from './index.ts'
import type { OwnNames } from './protection.ts'

/** For how long a browser goes to this name by https alone: seconds, a year. */
const tlsPromised = 31_536_000

/** Nothing inline, nothing from another host, no frame around us, and by https alone where that is our address. */
export async function setSecurityHeaders(
  app: HttpServer,
  { publicUrl }: Pick<OwnNames, 'publicUrl'>,
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
      },
    },
    // This listens on plain HTTP: a promise of TLS is kept by the proxy whose address PUBLIC_URL is. Names below it
    // may be others'. By plain HTTP, as on this machine, browsers don't heed it.
    strictTransportSecurity: publicUrl?.startsWith('https:')
      ? { maxAge: tlsPromised, includeSubDomains: false }
      : false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
  })
}

/** Entity tags and compression; event streams stay as they are, or their events would wait in a buffer. */
export async function compressReplies(app: HttpServer): Promise<void> {
  await app.register(etag, { weak: true })
  await app.register(compress, {
    globalDecompression: false,
    encodings: ['br', 'gzip'],
    customTypes: /^(text\/(?!event-stream)|application\/(json|javascript|manifest\+json)|image\/svg\+xml)/,
  })
}
