import { join } from 'node:path'
import type { Config } from '../platform/config/index.ts'
import type { Verdict } from '../platform/storage/index.ts'
import { localStorage } from '../platform/storage/local.ts'

/** Reads everything that is stored, beside whatever runs; tells each object that is not as it was kept. */
export async function verifyStorage(
  { home }: Pick<Config, 'home'>,
  tell: (key: string) => void,
): Promise<Record<Verdict, number>> {
  const storage = await localStorage(join(home, 'storage'))
  const counts: Record<Verdict, number> = { same: 0, damaged: 0, unknown: 0 }
  for await (const { key } of storage.list('')) {
    // What was removed since it was listed is not missed.
    const verdict = await storage.verify(key).catch(async (error: unknown) => {
      if ((await storage.size(key)) === null) return null
      throw error
    })
    if (verdict === null) continue
    counts[verdict]++
    if (verdict === 'damaged') tell(key)
  }
  return counts
}
