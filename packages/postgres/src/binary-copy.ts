import { randomBytes } from 'node:crypto'
import { chmod, copyFile, lstat, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { makeLinks } from './library-links.ts'

/** Parts that only compilers need. */
const unneeded = /\.a$|\/pkgconfig$|\/pgxs$/

/**
 * Copies the programs to where every user can run them and nobody else can change them. Made once for a
 * version: under a name of its own, then renamed, so that a copy is whole or not there.
 */
export async function copyBinaries(binaries: Binaries, copies = places(binaries.version)): Promise<string> {
  for (const place of copies) {
    const copy = await copyTo(place, binaries).catch(() => null)
    if (copy) return copy
  }
  const folder = await mkdtemp(join(tmpdir(), 'factotum-postgresql-'))
  await chmod(folder, 0o755)
  await fill(folder, binaries)
  return folder
}

function places(version: string): string[] {
  const uid = process.getuid?.() ?? 0
  const lasting = uid === 0 ? '/var/lib' : (process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'))
  return [
    join(lasting, 'factotum', `postgresql-${version}`),
    join(tmpdir(), `factotum-postgresql-${version}-${uid}`),
  ]
}

/** The copy at `place`, made when it is missing; null when what stands there is not to be trusted. */
async function copyTo(place: string, binaries: Binaries): Promise<string | null> {
  if (await isWhole(place, binaries.native)) return (await isOurs(place)) ? place : null
  await mkdir(dirname(place), { recursive: true, mode: 0o755 })
  const making = `${place}.${randomBytes(6).toString('hex')}`
  try {
    await fill(making, binaries)
    await put(making, place, binaries.native)
  } finally {
    await rm(making, { recursive: true, force: true })
  }
  return (await isWhole(place, binaries.native)) && (await isOurs(place)) ? place : null
}

/**
 * Renames the copy to its place. Another's whole copy stays: it may run already. A torn one (the machine stopped
 * while it was written) is moved out of the way, never emptied where others look.
 */
async function put(making: string, place: string, original: string): Promise<void> {
  const torn = `${making}.torn`
  try {
    for (let tries = 0; tries < 10; tries++) {
      const done = await rename(making, place).then(
        () => true,
        () => isWhole(place, original),
      )
      if (done || !(await isOurs(dirname(place)))) return
      await rename(place, torn).catch(() => undefined)
      await rm(torn, { recursive: true, force: true })
    }
  } finally {
    await rm(torn, { recursive: true, force: true })
  }
}

async function fill(folder: string, { native, links }: Binaries): Promise<void> {
  await copyFolder(native, folder)
  await makeLinks(folder, links)
}

async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o755 })
  await chmod(to, 0o755)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name)
    if (unneeded.test(source) || entry.isSymbolicLink()) continue
    if (entry.isDirectory()) await copyFolder(source, join(to, entry.name))
    else {
      await copyFile(source, join(to, entry.name))
      const { mode } = await lstat(source)
      await chmod(join(to, entry.name), mode & 0o100 ? 0o755 : 0o644)
    }
  }
}

/** Every file is there in its full size, ours, and writable for nobody else. */
async function isWhole(copy: string, original: string): Promise<boolean> {
  for (const entry of await readdir(original, { withFileTypes: true })) {
    const source = join(original, entry.name)
    if (unneeded.test(source) || entry.isSymbolicLink()) continue
    const target = join(copy, entry.name)
    const found = await lstat(target).catch(() => null)
    if (!found || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) return false
    if (entry.isDirectory()) {
      if (!found.isDirectory() || !(await isWhole(target, source))) return false
    } else if (!found.isFile() || found.size !== (await lstat(source)).size) return false
  }
  return true
}

/** Nobody but root and this user can put something else in the folder's place. */
async function isOurs(folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const { uid, mode } = await lstat(path)
    const sticky = (mode & 0o1000) !== 0
    if (uid !== 0 && uid !== process.getuid?.()) return false
    if ((mode & 0o022) !== 0 && !sticky) return false
    if (path === dirname(path)) return true
  }
}
