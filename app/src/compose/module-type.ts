import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Whether Node.js reads the files of a folder as modules: the nearest package.json above them says so. */
export async function holdsModules(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const text = await readFile(join(at, 'package.json'), 'utf8').catch(() => null)
    if (text !== null) return isModule(text)
    if (at === dirname(at)) return false
  }
}

function isModule(text: string): boolean {
  try {
    const file: unknown = JSON.parse(text)
    return file !== null && typeof file === 'object' && 'type' in file && file.type === 'module'
  } catch {
    return false
  }
}
