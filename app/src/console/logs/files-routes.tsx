import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import type { Context } from '../../platform/context.ts'
import { errors } from '../../platform/errors/index.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { listLogFiles } from '../../platform/logging/files.ts'
import { logFolder } from '../../platform/logging/index.ts'
import { type LogFileName, parseName } from '../../platform/logging/names.ts'
import { tidyLogs } from '../../platform/logging/tidy.ts'
import { forPages } from '../accept.ts'
import { ButtonLink } from '../components/index.ts'
import { orNull, refusedBody, time } from '../jobs/schemas.ts'
import { sendPage } from '../page.tsx'
import { LogFiles, type SizedFile } from './files-page.tsx'

const tags = ['logs']
const perPage = 100
const aDay = 86_400_000

const fileBody = Type.Object({
  name: Type.String(),
  program: Type.String(),
  machine: Type.String(),
  pid: Type.Integer(),
  levels: Type.String({ description: '"all", or the level whose lines it has.' }),
  start: time,
  end: orNull(Type.String({ format: 'date-time', description: 'Null while it is written.' })),
  compressed: Type.Boolean(),
  bytes: Type.Integer(),
})

/** The log's files: listed, downloaded, and cleared by age. */
export function logFilesRoutes(app: HttpServer, { config: { home, logDays }, log }: Context): void {
  const folder = logFolder(home)
  const read = { config: { guard: guard.may('logs.read') } }
  const clear = { config: { guard: guard.may('logs.clear') } }
  const skip = Type.Integer({ minimum: 0, default: 0 })
  const list = async (from: number): Promise<{ files: SizedFile[]; count: number }> => {
    const all = await listLogFiles(folder)
    return { files: await Promise.all(all.slice(from, from + perPage).map(sized)), count: all.length }
  }
  const sized = async (file: LogFileName): Promise<SizedFile> => ({ ...file, bytes: await sizeOf(file.name) })
  // It may have been compressed or cleared since it was listed.
  const sizeOf = (name: string) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    )
  const clearOlder = async (days: number) => {
    const { removed } = await tidyLogs(folder, { before: new Date(Date.now() - days * aDay) })
    log.info({ days, removed }, 'complete files of the log were cleared')
    return removed
  }

  app.get(
    '/logs/files',
    {
      ...read,
      schema: {
        tags,
        summary: "The files of this machine's log, 100 at a time, those with the newest lines first",
        querystring: Type.Object({ skip }),
        response: { 200: Type.Object({ files: Type.Array(fileBody), count: Type.Integer() }) },
      },
    },
    async ({ query }) => {
      const { files, count } = await list(query.skip)
      return { files: files.map(bodyOf), count }
    },
  )

  app.get<{ Querystring: Record<string, string> }>(
    '/logs/files',
    { ...forPages, ...read },
    async (request, reply) => {
      const from = Number.parseInt(request.query.skip ?? '', 10) || 0
      const { files, count } = await list(Math.max(0, from))
      return sendPage(request, reply, {
        title: 'Files of the log',
        active: '/logs',
        action: <ButtonLink href="/logs">Lines</ButtonLink>,
        body: <LogFiles files={files} from={Math.max(0, from)} count={count} days={logDays} />,
      })
    },
  )

  app.get(
    '/logs/files/:name',
    {
      ...read,
      compress: false,
      schema: {
        tags,
        summary: 'One file, as it is: lines of JSON, compressed by gzip where its name ends in .gz',
        params: Type.Object({ name: Type.String() }),
        produces: ['application/x-ndjson', 'application/gzip'],
        response: { 200: Type.Unsafe<Readable>({ type: 'string', format: 'binary' }), 404: refusedBody },
      },
    },
    async ({ params: { name } }, reply) => {
      const file = parseName(name)
      const found = file && (await stat(join(folder, file.name)).catch(() => null))
      if (!file || !found) throw errors.fail('log_file_not_found', { name })
      reply.type(file.compressed ? 'application/gzip' : 'application/x-ndjson; charset=utf-8')
      reply.header('content-disposition', `attachment; filename="${file.name}"`)
      reply.header('cache-control', 'no-store')
      // What is written meanwhile is left out: so it ends.
      return reply.send(
        found.size === 0
          ? Readable.from([])
          : createReadStream(join(folder, file.name), { end: found.size - 1 }),
      )
    },
  )

  app.post(
    '/logs/clear',
    {
      ...clear,
      schema: {
        tags,
        summary: 'Removes the complete files that ended so many days ago; events and jobs stay',
        body: Type.Object({ days: Type.Integer({ minimum: 1, maximum: 3_650 }) }),
        response: { 200: Type.Object({ removed: Type.Integer() }), 422: refusedBody },
      },
    },
    async ({ body }) => ({ removed: await clearOlder(body.days) }),
  )

  app.post(
    '/logs/clear',
    { ...forPages, ...clear, schema: { hide: true, body: Type.Object({ days: Type.String() }) } },
    async ({ body }, reply) => {
      const days = Number(body.days)
      if (!/^\d+$/.test(body.days) || days < 1 || days > 3_650)
        throw errors.fail('invalid', {
          reason: `"days" must be a whole number from 1 to 3650, not "${body.days}".`,
        })
      await clearOlder(days)
      return reply.redirect('/logs/files', 303)
    },
  )
}

const bodyOf = ({ name, program, machine, pid, stream, start, end, compressed, bytes }: SizedFile) => ({
  name,
  program,
  machine,
  pid,
  levels: stream,
  start: start.toISOString(),
  end: end?.toISOString() ?? null,
  compressed,
  bytes,
})
