import { renderToString } from 'preact-render-to-string'
import { PersonProvider, personOf } from '../../console/person.ts'
import { EventStream } from '../../live/index.ts'
import type { Context } from '../../platform/context.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { listFiles } from './list.ts'
import { FileTable } from './pages/file-list.tsx'

const newest = 100
/** Milliseconds between two tables at least. */
const interval = 250

/** The rendered table at once and after every change, for the clients there are; our pages replace single rows. */
export function listenUpdates(app: HttpServer, context: Context): void {
  const streams = new Set<EventStream>()
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.drop('stopped')
  })
  app.get(
    '/processing_file/listen-updates',
    {
      config: { guard: guard.may('files.read'), uncounted: true },
      schema: { hide: true },
      exposeHeadRoute: false,
    },
    async (request, reply) => {
      const person = personOf(request)
      const stream = new EventStream(reply.raw)
      const table = async () => {
        const { files } = await listFiles(context, { limit: newest })
        return renderToString(
          <PersonProvider value={person}>
            <FileTable files={files} />
          </PersonProvider>,
        )
      }
      const changed = sender(
        table,
        (data) => stream.send({ event: 'handlingStatusChanged', data }),
        () => stream.drop('failed'),
      )
      // First the subscription, then the first table: a change between them must not be lost.
      const subscription = await context.live.subscribe(
        { topics: ['files'] },
        { events: changed, reset: changed, closed: (reason) => stream.drop(reason) },
      )
      streams.add(stream)
      const forget =
        request.asker && context.accounts.whileAllowed(request.asker, () => stream.drop('revoked'))
      stream.onClose(() => {
        streams.delete(stream)
        subscription.close()
        forget?.()
      })
      reply.hijack()
      stream.open(reply.getHeaders())
      changed()
    },
  )
}

/** Renders and sends at once, then at most once in an interval, and always once more after the last change. */
function sender(
  render: () => Promise<string>,
  send: (html: string) => void,
  onError: () => void,
): () => void {
  let changed = false
  let busy = false
  let last = Number.NEGATIVE_INFINITY
  const turn = async () => {
    changed = false
    try {
      send(await render())
    } catch {
      // The client comes back by itself, and finds the table as it then is.
      onError()
    }
    last = performance.now()
    busy = false
    if (changed) plan()
  }
  const plan = () => {
    changed = true
    if (busy) return
    busy = true
    setTimeout(turn, Math.max(0, last + interval - performance.now()))
  }
  return plan
}
