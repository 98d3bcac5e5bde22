import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config/index.ts'

/**
 * The key that signs cookies and encrypts second factors: `SECRET_KEY`, else one that is made on the first
 * start and kept in the home. Two first starts at once keep one key.
 *
 * @throws Error when the kept one can't be read, or is damaged: another would sign everybody out unseen
 */
export async function secretKey({ home, secretKey: given }: Pick<Config, 'home' | 'secretKey'>) {
  if (given !== null) return given
  const path = join(home, 'secret-key')
  return (await kept(path)) ?? (await make(home, path))
}

async function kept(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  const key = text.trim()
  if (/^[0-9a-f]{64}$/.test(key)) return key
  throw new Error(
    `The file ${path} holds no key. Put back the one that was there; without it, remove the file: everybody ` +
      'then signs in again, and authenticator apps have to be set up anew.',
  )
}

/** Written whole beside its place, then linked into it, which fails where another start was faster. */
async function make(home: string, path: string): Promise<string> {
  const key = randomBytes(32).toString('hex')
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  await mkdir(home, { recursive: true })
  try {
    await writeFile(draft, `${key}\n`, { mode: 0o600, flush: true })
    await link(draft, path)
    return key
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return (await kept(path)) ?? key
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}
