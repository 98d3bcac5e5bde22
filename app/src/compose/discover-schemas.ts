import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { loadModule, sourceIn } from './load-module.ts'

/** All that the `schema.ts` of every module in these folders exports: tables, and what stands beside them. */
export async function findSchemas(folders: readonly string[]): Promise<unknown[]> {
  const found: unknown[] = []
  for (const folder of folders) {
    const entries = await readdir(folder, { withFileTypes: true })
    for (const entry of entries.filter((each) => each.isDirectory())) {
      const module = join(folder, entry.name)
      const file = sourceIn(module, await readdir(module), 'schema')
      if (file) found.push(...Object.values(await loadModule(file)))
    }
  }
  return found
}
