import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const sources = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

let mark: Promise<string> | undefined

/**
 * What this program is made of, as a digest of its sources: what another version of them made is not what this one
 * would make. Read once, when it is first asked for.
 */
export function codeMark(): Promise<string> {
  // Whose sources can't be read shares what it makes with nobody.
  mark ??= digest(sources).catch(() => randomUUID())
  return mark
}

async function digest(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true })
  const code = names.filter((name) => /\.[jt]sx?$/.test(name) && !isTest(name)).sort()
  const hash = createHash('sha256')
  const texts = await Promise.all(code.map((name) => readFile(join(folder, name))))
  for (const [at, text] of texts.entries()) hash.update(`${code[at]}\0${text.length}\0`).update(text)
  return hash.digest('hex')
}

const isTest = (name: string) => name.includes('.test.') || name.split(sep).includes('testing')
