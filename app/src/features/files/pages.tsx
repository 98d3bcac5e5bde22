import { Type } from 'typebox'
import { sendFragment, sendPage } from '../../console/index.ts'
import type { Context } from '../../platform/context.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { sendDetailPart } from './detail.tsx'
import { fileId, findFile } from './find.ts'
import { listFiles } from './list.ts'
import { FileList, NewFiles, Upload } from './pages/file-list.tsx'
import { FileRow } from './pages/file-row.tsx'

const perPage = 50

/** The page of all files, and the pieces of it that replace themselves. */
export function filesPages(app: HttpServer, context: Context): void {
  const query = Type.Object({ before: Type.Optional(Type.String()) })
  app.get(
    '/files',
    { config: { guard: guard.may('files.read') }, schema: { hide: true, querystring: query } },
    async (request, reply) => {
      const before = fileId(request.query.before ?? '') ?? undefined
      const page = await listFiles(context, { before, limit: perPage })
      return sendPage(request, reply, {
        title: 'Files',
        active: '/files',
        topics: ['files'],
        body: (
          <>
            <Upload id="upload" />
            <FileList page={page} newest={before === undefined} />
          </>
        ),
      })
    },
  )

  app.get(
    '/files/list',
    { config: { guard: guard.may('files.read') }, schema: { hide: true } },
    async (_request, reply) =>
      sendFragment(reply, <FileList page={await listFiles(context, { limit: perPage })} newest />),
  )

  const after = Type.Object({ after: Type.Optional(Type.String()) })
  app.get(
    '/files/new',
    { config: { guard: guard.may('files.read') }, schema: { hide: true, querystring: after } },
    async ({ query }, reply) => {
      const known = fileId(query.after ?? '') ?? 0
      const { files } = await listFiles(context, { limit: perPage })
      const fresh = files.filter((file) => file.id > known)
      return sendFragment(
        reply,
        <>
          {fresh.map((file) => (
            <FileRow file={file} key={file.id} />
          ))}
          <NewFiles after={fresh[0]?.id ?? known} oob />
        </>,
      )
    },
  )

  const id = Type.Object({ id: Type.String() })
  app.get(
    '/files/:id/detail',
    { config: { guard: guard.may('files.read') }, schema: { hide: true, params: id } },
    async ({ params }, reply) => sendDetailPart(context, reply, await findFile(context, params.id)),
  )
  app.get(
    '/files/:id/row',
    { config: { guard: guard.may('files.read') }, schema: { hide: true, params: id } },
    async ({ params }, reply) => sendFragment(reply, <FileRow file={await findFile(context, params.id)} />),
  )
}
