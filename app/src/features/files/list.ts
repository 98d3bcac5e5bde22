import { count, desc, inArray, lt } from 'drizzle-orm'
import type { Context } from '../../platform/context.ts'
import { fileFields } from './change.ts'
import { files, type StoredFile } from './schema.ts'
import { unfinished } from './status.ts'

export interface FilePage {
  /** Newest first. */
  files: StoredFile[]
  /** Give it as `before` for the next page; null at the end. */
  next: number | null
}

export async function listFiles(
  { database }: Pick<Context, 'database'>,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<FilePage> {
  const rows = await database.db
    .select(fileFields)
    .from(files)
    .where(before === undefined ? undefined : lt(files.id, before))
    .orderBy(desc(files.id))
    .limit(limit + 1)
  const page = rows.slice(0, limit)
  return { files: page, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
}

/** Files that wait or are processed. */
export async function countUnfinished({ database }: Pick<Context, 'database'>): Promise<number> {
  const [row] = await database.db
    .select({ count: count() })
    .from(files)
    .where(inArray(files.status, unfinished))
  return row?.count ?? 0
}
