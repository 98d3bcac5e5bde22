import type { IncomingMessage } from 'node:http'
import type { Live } from '../live/index.ts'
import type { Context } from '../platform/context.ts'
import { type HttpServer, wantsPage } from '../platform/http/index.ts'

/** A page must not wait for the bus. Milliseconds. */
const PATIENCE = 500

const cursors = new WeakMap<IncomingMessage, string>()

/**
 * Notes where the live events stand before a page's data is read: its stream goes on from there, so that what
 * changes between the reading and the first connection is not lost.
 */
export function notePageCursors(app: HttpServer, { live, log }: Context): void {
  app.addHook('preHandler', async ({ method, headers, raw }) => {
    if (method !== 'GET' || !wantsPage(headers.accept) || headers['hx-request']) return
    try {
      const cursor = await Promise.race([cursorNow(live), late()])
      if (cursor) cursors.set(raw, cursor)
    } catch (error) {
      // The page is right now, and its stream heals itself.
      log.warn({ err: error }, 'a page has no live cursor')
    }
  })
}

/** Where this request's page stands, if that is known. */
export const pageCursor = (request: IncomingMessage): string | undefined => cursors.get(request)

/** Subscribing is the bus's way to say "from now": whatever commits from here on is behind this cursor. */
async function cursorNow(live: Live): Promise<string> {
  const subscription = await live.subscribe({ topics: ['jobs'] }, { events() {}, reset() {} })
  const { cursor } = subscription
  subscription.close()
  return cursor
}

const late = () => new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE).unref())
