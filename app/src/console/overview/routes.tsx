import type { FastifyRequest } from 'fastify'
import type { VNode } from 'preact'
import type { Context } from '../../platform/context.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { Empty } from '../components/index.ts'
import { sendFragment, sendPage } from '../page.tsx'
import { type Person, personOf } from '../person.ts'
import { loadAttention } from './attention.tsx'
import { loadFigures } from './figures.tsx'
import { loadThroughput } from './throughput.tsx'
import { loadWork } from './work.tsx'

/** The overview, and its pieces as they replace themselves. */
export function overviewRoutes(app: HttpServer, context: Context): void {
  const { jobs } = context
  const hidden = { schema: { hide: true } }

  // Everybody comes here after signing in: what they may see is shown.
  app.get('/', { ...hidden, config: { guard: guard.signedIn } }, async (request, reply) => {
    const person = personOf(request)
    const open = app.console.panels.filter(({ needs }) => !needs || person.may(needs))
    const [jobsParts, ...panels] = await Promise.all([
      person.may('jobs.read') ? loadJobs(context, person) : null,
      ...open.map((panel) => panel.load(context)),
    ])
    const body =
      jobsParts || panels.length > 0 ? (
        <Overview parts={jobsParts} panels={panels} />
      ) : (
        <NothingToSee asker={request.asker} />
      )
    return sendPage(request, reply, { title: 'Overview', active: '/', body })
  })

  const piece = { ...hidden, config: { guard: guard.may('jobs.read') } }
  app.get('/overview/figures', piece, async (request, reply) =>
    sendFragment(reply, await loadFigures(jobs, personOf(request))),
  )
  app.get('/overview/work', piece, async (_request, reply) => sendFragment(reply, await loadWork(jobs)))
  app.get('/overview/throughput', piece, async (_request, reply) =>
    sendFragment(reply, await loadThroughput(jobs)),
  )
  app.get('/overview/attention', piece, async (_request, reply) =>
    sendFragment(reply, await loadAttention(jobs)),
  )
}

interface JobsParts {
  figures: VNode
  work: VNode
  throughput: VNode
  attention: VNode
}

async function loadJobs({ jobs }: Context, person: Person): Promise<JobsParts> {
  const [figures, work, throughput, attention] = await Promise.all([
    loadFigures(jobs, person),
    loadWork(jobs),
    loadThroughput(jobs),
    loadAttention(jobs),
  ])
  return { figures, work, throughput, attention }
}

function Overview({ parts, panels }: { parts: JobsParts | null; panels: VNode[] }): VNode {
  if (!parts) return <>{panels}</>
  return (
    <>
      {parts.figures}
      <div class="split">
        <div class="split-main">
          {panels}
          {parts.work}
          {parts.throughput}
        </div>
        <div class="split-aside">{parts.attention}</div>
      </div>
    </>
  )
}

function NothingToSee({ asker }: Pick<FastifyRequest, 'asker'>): VNode {
  const role = asker?.account.role
  return (
    <Empty kind="permission" title={role ? `Nothing here is for the role ${role}` : 'You have no role yet'}>
      {role
        ? 'Where your work is, an administrator can tell you, or give you another role.'
        : 'You are signed in, and may see nothing until an administrator gives you a role.'}
    </Empty>
  )
}
