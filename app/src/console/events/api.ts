import { Type } from 'typebox'
import type { LoggedEvent } from '../../eventlog/index.ts'
import type { Context } from '../../platform/context.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { beforeOf, narrowingFields, narrowingOf, queryOf } from './filter.ts'

const tags = ['events']
const text = Type.String()
const orNull = Type.Union([text, Type.Null()])
const errorBody = Type.Object({ error: text, message: text })

const eventBody = Type.Object({
  id: Type.Integer(),
  subject: Type.Object({ kind: text, id: text }),
  place: Type.Integer({ description: 'Its number within the subject.' }),
  key: text,
  code: text,
  type: text,
  level: text,
  notes: orNull,
  context: Type.Unknown(),
  patch: Type.Unknown({ description: 'RFC 6902, as { forwards, backwards }; null for none.' }),
  created_by: orNull,
  created_at: text,
  request: orNull,
  erased_at: orNull,
})

/** The events for programs. */
export function eventsApi(app: HttpServer, { events }: Context): void {
  app.get(
    '/event/:key',
    {
      config: { guard: guard.signedIn },
      schema: {
        tags,
        summary: "The codes of an event that the asker's role may choose, in order",
        params: Type.Object({ key: text }),
        response: {
          200: Type.Array(Type.Object({ code: text, description: text })),
          404: errorBody,
        },
      },
    },
    async ({ params, asker }) => {
      const { key } = events.registry.get(params.key)
      return events.registry
        .selectable(asker?.account.role ?? null, key)
        .map(({ code, description }) => ({ code, description }))
    },
  )

  const narrowing = Object.fromEntries(narrowingFields.map((field) => [field, Type.Optional(text)]))
  const querystring = Type.Object(
    {
      ...narrowing,
      before: Type.Optional(text),
      limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }),
    },
    { additionalProperties: false },
  )
  app.get(
    '/events',
    {
      config: { guard: guard.may('events.read') },
      schema: {
        tags,
        summary: 'What happened, newest first',
        querystring,
        response: {
          200: Type.Object({
            events: Type.Array(eventBody),
            next: Type.Union([Type.Integer(), Type.Null()], { description: 'Give it as "before".' }),
          }),
          422: errorBody,
        },
      },
    },
    async ({ query }) => {
      const page = await events.read({
        ...queryOf(narrowingOf(query)),
        before: beforeOf(query.before),
        limit: query.limit,
      })
      return { events: page.events.map(body), next: page.next }
    },
  )
}

const body = (event: LoggedEvent) => ({
  id: event.id,
  subject: event.subject,
  place: event.place,
  key: event.key,
  code: event.code,
  type: event.type,
  level: event.level,
  notes: event.notes,
  context: event.context,
  patch: event.patch,
  created_by: event.createdBy,
  created_at: event.createdAt.toISOString(),
  request: event.correlationId,
  erased_at: event.erasedAt?.toISOString() ?? null,
})
