import fastifyStatic from '@fastify/static'
import type { HttpServer } from './index.ts'

export interface FolderOptions {
  /** Absolute path. */
  folder: string
  /** Where it stands: `/assets/`. */
  prefix: string
  /** True where a file's name changes with its content; default false: browsers ask each time, and mostly get a 304. */
  immutable?: boolean
}

/** Serves the files of a folder. */
export async function serveFolder(app: HttpServer, { folder, prefix, immutable = false }: FolderOptions) {
  await app.register(async (scope) => {
    await scope.register(fastifyStatic, {
      root: folder,
      prefix,
      decorateReply: false,
      index: false,
      schemaHide: true,
      cacheControl: true,
      maxAge: immutable ? '365d' : 0,
      immutable,
    })
  })
}
