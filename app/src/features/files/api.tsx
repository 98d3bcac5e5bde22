import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { sendFragment } from '../../console/index.ts'
import type { Context } from '../../platform/context.ts'
import { causeOf, guard, type HttpServer } from '../../platform/http/index.ts'
import { acceptFile } from './accept.ts'
import { body, errorBody, fileWithReportBody, listBody, reportBody, short, shortBody } from './bodies.ts'
import { sendDetail, sendDetailPart } from './detail.tsx'
import errors from './errors.ts'
import { fileId, findFile } from './find.ts'
import { giveUpFile } from './give-up.ts'
import { wholeReport } from './kept-report.tsx'
import { listFiles } from './list.ts'
import { Accepted } from './pages/accepted.tsx'
import { FileRow } from './pages/file-row.tsx'
import { readingSettings } from './reading-form.ts'
import { readSummary, reportText } from './report-store.ts'
import { runAgain } from './run-again.ts'
import type { StoredFile } from './schema.ts'
import { fileField, receiveForm } from './upload.ts'

const tags = ['files']
const params = Type.Object({ id: Type.String({ description: 'A whole number.' }) })
const refusals = { 404: errorBody, 409: errorBody }
/** It goes out in pieces, past the serializer. */
const streamed = (schema: object) => Type.Unsafe<Readable>(schema)
const json = 'application/json; charset=utf-8'

/** The files over HTTP, for programs, for htmx, and for plain forms. */
export function filesApi(app: HttpServer, context: Context): void {
  app.post(
    '/processing_file',
    {
      config: { guard: guard.may('files.upload'), fileField },
      schema: {
        tags,
        summary: 'Hands in a file: multipart, in the field "file"',
        consumes: ['multipart/form-data'],
        response: {
          201: shortBody,
          400: errorBody,
          413: errorBody,
          415: errorBody,
          422: errorBody,
          507: errorBody,
        },
      },
    },
    async (request, reply) => {
      const received = await receiveForm(context, request)
      const file = await acceptFile(context, received, causeOf(request))
      return answer(request, reply, { file, status: 201, fragment: <Accepted file={file} />, page: '/files' })
    },
  )

  const page = Type.Object({
    before: Type.Optional(Type.Integer({ minimum: 1 })),
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }),
  })
  app.get(
    '/processing_file',
    {
      config: { guard: guard.may('files.read') },
      schema: { tags, summary: 'Files, newest first', querystring: page, response: { 200: listBody } },
    },
    async ({ query }) => {
      const { files, next } = await listFiles(context, query)
      return { files: files.map(body), next }
    },
  )

  app.get(
    '/processing_file/:id',
    {
      config: { guard: guard.may('files.read') },
      schema: {
        tags,
        summary: 'A file, with its report',
        params,
        response: { 200: streamed(fileWithReportBody), 404: errorBody },
      },
    },
    async (request, reply) => {
      const file = await findFile(context, request.params.id)
      const head = JSON.stringify(body(file)).slice(0, -1)
      return reply.type(json).send(Readable.from(withReport(context, file, head)))
    },
  )

  app.get(
    '/processing_file/:id/report',
    {
      config: { guard: guard.may('files.read') },
      schema: {
        tags,
        summary: 'The report of a file that is Ok',
        params,
        response: { 200: streamed(reportBody), ...refusals },
      },
    },
    async (request, reply) => {
      const file = await findFile(context, request.params.id)
      const report = await wholeReport(context, file)
      if (!report) {
        throw errors.fail('file_without_report', { name: file.name, status: file.status.toLowerCase() })
      }
      return reply.type(json).send(report)
    },
  )

  const after = Type.Object({ after: Type.Optional(Type.String()) })
  app.get(
    '/processing_file/:id/detail',
    { config: { guard: guard.may('files.read') }, schema: { hide: true, params, querystring: after } },
    async (request, reply) => {
      const file = await findFile(context, request.params.id)
      return sendDetail(context, request, reply, file, fileId(request.query.after ?? '') ?? 0)
    },
  )

  const giveUp = async (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply) => {
    const file = await giveUpFile(context, await findFile(context, request.params.id), causeOf(request))
    // The detail has the same button as the row.
    if (String(request.headers['hx-target']).endsWith('-detail')) return sendDetailPart(context, reply, file)
    return answer(request, reply, { file, status: 200, fragment: <FileRow file={file} />, page: '/files' })
  }
  const summary = 'Cancels a file that waits or is processed, removes one that has ended'
  app.delete(
    '/processing_file/:id',
    {
      config: { guard: guard.may('files.remove') },
      schema: { tags, summary, params, response: { 200: shortBody, ...refusals } },
    },
    giveUp,
  )
  app.post(
    '/processing_file/:id/delete',
    { config: { guard: guard.may('files.remove') }, schema: { hide: true, params } },
    giveUp,
  )

  const form = Type.Object({
    encoding: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    delimiter: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    quote: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    header: Type.Optional(Type.Union([Type.Boolean(), Type.String(), Type.Null()])),
  })
  app.post(
    '/processing_file/:id/run',
    {
      config: { guard: guard.may('files.upload') },
      schema: {
        tags,
        summary: 'Processes a file again, read as these fields say',
        params,
        body: form,
        response: { 202: shortBody, ...refusals, 422: errorBody },
      },
    },
    async (request, reply) => {
      const file = await findFile(context, request.params.id)
      const again = await runAgain(context, file, readingSettings(request.body), causeOf(request))
      const page = `/processing_file/${file.id}/detail/`
      return answer(request, reply, { file: again, status: 202, fragment: <FileRow file={again} />, page })
    },
  )
}

interface Answer {
  file: StoredFile
  status: number
  /** For htmx. */
  fragment: Parameters<typeof sendFragment>[1]
  /** Where a browser without JavaScript goes. */
  page: string
}

function answer(
  request: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
  { file, status, fragment, page }: Answer,
) {
  if (request.headers['hx-request'] === 'true') return sendFragment(reply, fragment)
  if (request.headers.accept?.includes('text/html')) return reply.redirect(page, 303)
  return reply.code(status).send(short(file))
}

async function* withReport({ database }: Context, file: StoredFile, head: string) {
  const summary = file.status === 'Ok' ? await readSummary(database, file.id) : null
  yield `${head},"report":`
  if (summary) yield* reportText(database, file.id, summary)
  else yield 'null'
  yield '}'
}
