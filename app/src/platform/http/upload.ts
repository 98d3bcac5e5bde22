import type { MultipartFile } from '@fastify/multipart'
import { errors } from '../errors/index.ts'

/**
 * The bytes of an uploaded file as they arrive. The parser cuts a file at `MAX_UPLOAD_SIZE` without a word;
 * read through this, it is an error: what keeps the bytes then keeps nothing.
 *
 * @throws HttpError too_large
 */
export async function* uploadBytes({ file }: Pick<MultipartFile, 'file'>): AsyncGenerator<Uint8Array> {
  yield* file
  if (file.truncated) throw errors.fail('too_large')
}
