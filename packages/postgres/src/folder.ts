import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf, PostgresError } from './errors.ts'
import { isAlive } from './processes.ts'

/** Makes the folder, tries it, and clears what killed programs left in it. */
export async function openFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder)
    const probe = join(folder, `probe-${randomBytes(6).toString('hex')}`)
    await writeFile(probe, '')
    await rm(probe)
    await sweep(folder)
  } catch (error) {
    throw explained(error, folder)
  }
}

/** Makes a folder and those above it. Node's own `recursive` never ends below a folder such as /proc. */
async function makeFolder(path: string): Promise<void> {
  const make = () => mkdir(path, { mode: 0o700 })
  try {
    await make()
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && dirname(path) !== path) {
      await makeFolder(dirname(path))
      await make().catch(unlessThere)
    } else await unlessThere(error)
  }

  async function unlessThere(error: unknown): Promise<void> {
    const there = codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()
    if (!there) throw error
  }
}

/** A folder to make a database in. Its name says whose work it is. */
export function makingFolder(folder: string): string {
  return join(folder, `making-${process.pid}-${randomBytes(6).toString('hex')}`)
}

/** Removes what programs left that were killed while they made a database. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const maker = /^making-(\d+)-/.exec(name)?.[1]
    if (!maker || Number(maker) === process.pid) continue
    const path = join(folder, name)
    const age = Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? Date.now())
    if ((await isAlive(Number(maker))) && age < 3_600_000) continue
    await rm(path, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Whether a full disk is behind what PostgreSQL said. On a full disk its log may have nothing to say. */
export async function isFull(folder: string, said: string): Promise<boolean> {
  if (/No space left on device|Check free disk space|Disk quota exceeded/.test(said)) return true
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize < 64 * 1024
}

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a file stands in the way',
  EEXIST: 'a file stands in the way',
  ENOENT: 'no folder can be made there',
  ELOOP: 'a link stands in the way',
  ENAMETOOLONG: 'the name is too long',
}

/** A file system's error as a sentence, where it is one that the user can do something about. */
export function explained(error: unknown, folder: string): unknown {
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return new PostgresError('disk-full', { folder })
  const reason = code === null ? undefined : reasons[code]
  return reason ? new PostgresError('folder-unwritable', { folder, reason }) : error
}
