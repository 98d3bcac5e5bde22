import type { Context } from '../../platform/context.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { forPages } from '../accept.ts'
import { sendPage } from '../page.tsx'
import { beforeOf, narrowingOf, queryOf } from './filter.ts'
import { EventList } from './list-page.tsx'
import { namesOf } from './people.ts'

const perPage = 50

/** The events for people: one timeline, by who, what and when. */
export function eventsPages(app: HttpServer, context: Context): void {
  const { events } = context
  const config = { guard: guard.may('events.read') }
  app.get<{ Querystring: Record<string, string> }>(
    '/events',
    { ...forPages, config },
    async (request, reply) => {
      const narrowing = narrowingOf(request.query)
      const before = beforeOf(request.query.before)
      const page = await events.read({ ...queryOf(narrowing), before, limit: perPage })
      const names = await namesOf(context, page.events)
      const body = (
        <EventList
          narrowing={narrowing}
          page={page}
          first={before === undefined}
          registry={events.registry}
          names={names}
        />
      )
      return sendPage(request, reply, { title: 'Events', active: '/events', body })
    },
  )
}
