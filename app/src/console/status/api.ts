import { Type } from 'typebox'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { readBuild } from '../../platform/status/build.ts'
import { type CheckName, type Health, meanings, type Status } from '../../platform/status/index.ts'

const textOrNull = Type.Union([Type.String(), Type.Null()])
const finding = Type.Object({
  state: Type.Union([Type.Literal('ok'), Type.Literal('failing'), Type.Literal('absent')]),
  message: Type.String(),
  meaning: Type.String(),
})
const health = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('failing')]),
  checks: Type.Object({
    database: finding,
    queue: finding,
    disk: finding,
    storage: finding,
    mail: finding,
  }),
})

/** The status over HTTP, for programs. It is for everybody, and asks the database nothing of who comes. */
export function statusApi(app: HttpServer, status: Status): void {
  const open = { config: { guard: guard.public, uncounted: true }, logLevel: 'warn' as const }
  const tags = ['health']

  app.get(
    '/status',
    {
      ...open,
      schema: {
        tags,
        summary: 'Whether the database answers; a browser gets the page',
        response: {
          200: Type.Object({ db: Type.Object({ ready: Type.Boolean(), message: Type.String() }) }),
        },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      return { db: await status.database() }
    },
  )

  app.get(
    '/status/ping.json',
    {
      ...open,
      schema: {
        tags,
        summary: 'Which program this is; asks for nothing else',
        response: {
          200: Type.Object({ build_date: textOrNull, commit: textOrNull, version: Type.String() }),
        },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      const { buildDate, commit, version } = await readBuild()
      return { build_date: buildDate, commit, version }
    },
  )

  app.get(
    '/status/healthcheck.json',
    {
      ...open,
      schema: {
        tags,
        summary: 'Every check, with what it means; 503 where one fails',
        response: { 200: health, 503: health },
      },
    },
    async (_request, reply) => {
      const found = await status.health()
      reply.header('cache-control', 'no-store')
      return reply.code(found.ok ? 200 : 503).send(told(found))
    },
  )
}

function told({ ok, checks }: Health) {
  const one = (name: CheckName) => ({ ...checks[name], meaning: meanings[name] })
  return {
    status: ok ? ('ok' as const) : ('failing' as const),
    checks: {
      database: one('database'),
      queue: one('queue'),
      disk: one('disk'),
      storage: one('storage'),
      mail: one('mail'),
    },
  }
}
