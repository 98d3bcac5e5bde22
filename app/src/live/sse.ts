import type { IncomingMessage } from 'node:http'
import type { FastifyContextConfig, FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { LiveError } from './error.ts'
import { EventStream, formatEvent } from './event-stream.ts'
import type { Authorize, Live, LiveSink, Subscription, WhileAllowed } from './live.ts'
import { topics as known, type LiveEvent, type Topic } from './messages.ts'
import { parseTopics } from './topics.ts'

export interface LiveEventsOptions {
  live: Live
  /** What a request's user may see; default: everything. */
  authorize?: Authorize
  /** Default: a connection may stay for as long as it likes. */
  whileAllowed?: WhileAllowed
  /** Milliseconds; default 15,000. */
  heartbeatEvery?: number
  /** Of the route, for the server's own hooks. */
  config?: FastifyContextConfig
}

interface Asked {
  topics?: string
  after?: string
}

const schema = {
  summary: 'Live events',
  description:
    'Server-sent events as JSON, each with a cursor as its id. `Last-Event-ID` (or `after`) goes on behind a cursor; `event: reset` says that this was not possible and the page must be loaded again.',
  tags: ['live'],
  querystring: Type.Object({
    topics: Type.Optional(
      Type.String({ description: `Separated by commas, of: ${known.join(', ')}. Default: all.` }),
    ),
    after: Type.Optional(Type.String({ description: 'A cursor; the header Last-Event-ID wins over it.' })),
  }),
  response: {
    403: Type.Object({ error: Type.String(), message: Type.String() }),
    422: Type.Object({ error: Type.String(), message: Type.String(), allowed: Type.Array(Type.String()) }),
  },
}

/** `GET /live/events`. The streams end when the server closes. */
export const liveEvents: FastifyPluginAsync<LiveEventsOptions> = async (app, options) => {
  const { live, authorize = () => () => true, whileAllowed, heartbeatEvery, config = {} } = options
  const streams = new Set<EventStream>()
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.drop('stopped')
  })
  app.get<{ Querystring: Asked }>(
    '/live/events',
    { config, schema, exposeHeadRoute: false },
    async (request, reply) => {
      const topics = askedTopics(request.query.topics)
      if (topics instanceof LiveError) {
        return reply.code(422).send({ error: topics.code, message: topics.message, allowed: [...known] })
      }
      const sees = await authorize(request.raw)
      if (!sees)
        return reply.code(403).send({ error: 'forbidden', message: 'You may not watch live events.' })
      const after = lastEventId(request.raw) ?? request.query.after
      const what = { topics, sees, ...(after === undefined ? {} : { after }) }

      let subscription: Subscription | null = null
      const stream = new EventStream(reply.raw, { lastId: () => subscription?.cursor, heartbeatEvery })
      subscription = await live.subscribe(what, sinkOf(stream))
      streams.add(stream)
      const forget = whileAllowed?.(request.raw, () => stream.drop('revoked'))
      stream.onClose(() => {
        streams.delete(stream)
        subscription.close()
        forget?.()
      })
      reply.hijack()
      stream.open(reply.getHeaders())
    },
  )
}

function askedTopics(text: string | undefined): Topic[] | LiveError {
  try {
    return text === undefined ? [...known] : parseTopics(text.split(',').map((name) => name.trim()))
  } catch (error) {
    if (error instanceof LiveError) return error
    throw error
  }
}

/** The browser's own, set when it comes back. */
function lastEventId({ headers }: IncomingMessage): string | undefined {
  const id = headers['last-event-id']
  return typeof id === 'string' && id !== '' ? id : undefined
}

function sinkOf(stream: EventStream): LiveSink {
  return {
    events: (batch) => stream.write(batch.map(frameOf).join('')),
    reset: (cursor) => stream.send({ event: 'reset', id: cursor, data: JSON.stringify({ cursor }) }),
    closed: (reason) => stream.drop(reason),
  }
}

/** Made once for all clients. */
const frames = new WeakMap<LiveEvent, string>()

function frameOf(event: LiveEvent): string {
  let frame = frames.get(event)
  if (frame === undefined) {
    const { cursor, topic, type, detail, subject, at, extra } = event
    frame = formatEvent({ id: cursor, data: JSON.stringify({ ...extra, topic, type, detail, subject, at }) })
    frames.set(event, frame)
  }
  return frame
}
