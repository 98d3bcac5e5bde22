import type { IncomingMessage } from 'node:http'
import type { HttpServer } from '../platform/http/index.ts'
import { wantsPage } from '../platform/http/index.ts'

/** Options of a route that answers browsers; one of the same path without them answers programs. */
export const forPages = { constraints: { wants: 'page' }, schema: { hide: true } }

/** Lets a path have two routes: a page for browsers, and a call with its schemas for programs. */
export function pickByAccept(app: HttpServer): void {
  app.addConstraintStrategy({
    name: 'wants',
    storage() {
      const handlers = new Map<unknown, never>()
      return {
        get: (value: unknown) => handlers.get(value) ?? null,
        set: (value: unknown, handler: never) => void handlers.set(value, handler),
      }
    },
    deriveConstraint: (request: IncomingMessage) => (wantsPage(request.headers.accept) ? 'page' : undefined),
    mustMatchWhenDerived: false,
    validate: () => true,
  })
}
