import type { FastifyRequest } from 'fastify'
import type { Context } from '../../platform/context.ts'
import { HttpError } from '../../platform/errors/index.ts'
import { uploadBytes } from '../../platform/http/index.ts'
import errors from './errors.ts'
import { type Received, receive } from './receive.ts'

/** The form's field with the file. */
export const fileField = 'file'

/** Only what reading the form needs, whatever the route's schema. */
type FormRequest = Pick<FastifyRequest, 'parts'>

/**
 * Receives the one file of a form; its bytes are then in the storage.
 *
 * @throws HttpError file_missing, several_files, too_large, file_cut_off, not_a_table, storage_full; nothing is
 * then kept
 */
export async function receiveForm(context: Context, request: FormRequest): Promise<Received> {
  const kept: Received[] = []
  try {
    for await (const part of request.parts()) {
      if (part.type !== 'file') continue
      if (part.fieldname !== fileField || !part.filename) part.file.resume()
      else if (kept.length > 0) throw errors.fail('several_files')
      else
        kept.push(
          await receive(context, {
            name: part.filename,
            type: part.mimetype,
            data: uploadBytes(part),
          }),
        )
    }
  } catch (error) {
    for (const { key } of kept) await context.storage.remove(key)
    throw isCutOff(error) ? errors.fail('file_cut_off') : error
  }
  const [received] = kept
  if (!received) throw errors.fail('file_missing')
  return received
}

function isCutOff(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof HttpError) return false
  const code = 'code' in error ? error.code : ''
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET') return true
  return /terminated early|unexpected end of (form|multipart)|premature close|aborted/i.test(error.message)
}
