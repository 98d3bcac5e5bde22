import multipart from '@fastify/multipart'
import type { HttpServer } from './index.ts'

/** What requests may carry: JSON, forms, and files as a stream. */
export async function readBodies(app: HttpServer, maxUploadBytes: number): Promise<void> {
  await app.register(multipart, {
    limits: { fileSize: maxUploadBytes, files: 100, fields: 200, fieldSize: 1_000_000, parts: 300 },
  })
  // Nothing here takes plain text, which any site's form can send.
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: unknown, body: string | Buffer) => formFields(body.toString()),
  )
}

/** A form's fields; one that is there several times becomes a list. */
export function formFields(body: string): Record<string, string | string[]> {
  const fields = new Map<string, string | string[]>()
  for (const [name, value] of new URLSearchParams(body)) {
    const before = fields.get(name)
    fields.set(name, before === undefined ? value : [before, value].flat())
  }
  return Object.fromEntries(fields)
}
