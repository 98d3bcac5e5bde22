import type { Context } from '../../platform/context.ts'
import type { HttpServer } from '../../platform/http/index.ts'
import { sendFragment, sendPage } from '../page.tsx'
import { personOf } from '../person.ts'
import { loadAttention } from './attention.tsx'
import { loadFigures } from './figures.tsx'
import { loadThroughput } from './throughput.tsx'
import { loadWork } from './work.tsx'

/** The overview, and its pieces as they replace themselves. */
export function overviewRoutes(app: HttpServer, context: Context): void {
  const { jobs } = context
  const hidden = { schema: { hide: true } }

  app.get('/', hidden, async (request, reply) => {
    const person = personOf(request.headers)
    const [figures, work, throughput, attention, ...panels] = await Promise.all([
      loadFigures(jobs, person),
      loadWork(jobs),
      loadThroughput(jobs),
      loadAttention(jobs),
      ...app.console.panels.map((panel) => panel.load(context)),
    ])
    const body = (
      <>
        {figures}
        <div class="split">
          <div class="split-main">
            {panels}
            {work}
            {throughput}
          </div>
          <div class="split-aside">{attention}</div>
        </div>
      </>
    )
    return sendPage(request, reply, { title: 'Overview', active: '/', body })
  })

  app.get('/overview/figures', hidden, async (request, reply) =>
    sendFragment(reply, await loadFigures(jobs, personOf(request.headers))),
  )
  app.get('/overview/work', hidden, async (_request, reply) => sendFragment(reply, await loadWork(jobs)))
  app.get('/overview/throughput', hidden, async (_request, reply) =>
    sendFragment(reply, await loadThroughput(jobs)),
  )
  app.get('/overview/attention', hidden, async (_request, reply) =>
    sendFragment(reply, await loadAttention(jobs)),
  )
}
