import type { Context } from '../../platform/context.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { logFolder } from '../../platform/logging/index.ts'
import { readLog } from '../../platform/logging/read.ts'
import { forPages } from '../accept.ts'
import { ButtonLink } from '../components/index.ts'
import { sendFragment, sendPage } from '../page.tsx'
import { beforeOf, filterOf, narrowingOf } from './filter.ts'
import { LogLines, LogPage } from './log-page.tsx'

const perPage = 100

/** The log for people: its newest lines, which come by themselves, and the way back. */
export function logsPages(app: HttpServer, { config: { home } }: Context): void {
  const folder = logFolder(home)
  const config = { guard: guard.may('logs.read') }

  app.get<{ Querystring: Record<string, string> }>(
    '/logs',
    { ...forPages, config },
    async (request, reply) => {
      const narrowing = narrowingOf(request.query)
      const before = beforeOf(request.query.before)
      const page = await readLog(folder, { ...filterOf(narrowing), before, limit: perPage })
      return sendPage(request, reply, {
        title: 'Logs',
        active: '/logs',
        topics: ['logs'],
        action: <ButtonLink href="/logs/files">Files</ButtonLink>,
        body: <LogPage narrowing={narrowing} page={page} first={before === undefined} />,
      })
    },
  )

  // Who watches the log is not to be what comes into it.
  app.get<{ Querystring: Record<string, string> }>(
    '/logs/lines',
    { config, schema: { hide: true }, logLevel: 'warn' },
    async (request, reply) => {
      const narrowing = narrowingOf(request.query)
      const page = await readLog(folder, { ...filterOf(narrowing), limit: perPage })
      return sendFragment(reply, <LogLines narrowing={narrowing} page={page} first />)
    },
  )
}
