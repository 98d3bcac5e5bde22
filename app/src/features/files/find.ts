import { eq } from 'drizzle-orm'
import type { Context } from '../../platform/context.ts'
import { fileFields } from './change.ts'
import errors from './errors.ts'
import { files, type StoredFile } from './schema.ts'

/** @throws HttpError file_unknown, also for what can't be the id of any file */
export async function findFile({ database }: Pick<Context, 'database'>, idText: string): Promise<StoredFile> {
  const id = fileId(idText)
  const [file] = id === null ? [] : await database.db.select(fileFields).from(files).where(eq(files.id, id))
  if (!file) throw errors.fail('file_unknown', { id: idText.slice(0, 40) })
  return file
}

/** A whole number that a file's id can be, or null. */
export function fileId(text: string): number | null {
  const id = /^\d{1,16}$/.test(text) ? Number(text) : 0
  return id >= 1 && Number.isSafeInteger(id) ? id : null
}
