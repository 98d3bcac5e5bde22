import { randomUUID } from 'node:crypto'
import { mkdir, open, realpath, rename, rm } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { ownSettings, type Settings } from '../settings/index.ts'

/** A copy can't be put where it should; the message says why and what to do. */
export class OutputRefused extends Error {
  override name = 'OutputRefused'
}

/** The folder that the settings name for copies of results; null where none is wanted. */
export const outputFolder = (settings: Pick<Settings, 'get'>): string | null =>
  settings.get(ownSettings.outputFolder) || null

/**
 * Puts a copy of a result into the folder that the settings name; answers its path, or null where they name none. It is
 * there whole or not at all, in place of an earlier one of its name. Only workers do so: each has its own disks, and
 * nobody else reads what is there. Nothing there is ever removed.
 *
 * @param name below the folder, in plain names: `files/12-report.json`
 * @throws OutputRefused where the folder is in none of the OUTPUT_ROOTS, or the name leads out of it
 */
export async function writeOutput(
  settings: Pick<Settings, 'get'>,
  name: string,
  data: AsyncIterable<Uint8Array | string>,
): Promise<string | null> {
  const folder = outputFolder(settings)
  if (folder === null) return null
  const names = plainNames(name)
  const home = await allowed(folder, settings.get(ownSettings.outputRoots))
  const path = join(home, ...names)
  await mkdir(dirname(path), { recursive: true })
  const within = await realpath(dirname(path))
  if (!isIn(within, home))
    throw new OutputRefused(`${dirname(path)} leads out of ${folder} by a link. Remove the link.`)
  await writeWhole(join(within, names.at(-1) ?? ''), data)
  return path
}

/** @throws OutputRefused */
function plainNames(name: string): string[] {
  const names = name.split('/')
  if (names.length <= 10 && names.every(isPlain)) return names
  throw new OutputRefused(`"${name.slice(0, 100)}" is no name for a copy: use plain names, separated by "/".`)
}

const isPlain = (name: string) =>
  name.trim() === name && /^[^./\\:\p{Cc}][^/\\:\p{Cc}]*$/u.test(name) && Buffer.byteLength(name) <= 200

/** The folder as it is behind all links. @throws OutputRefused where it is in no root, or a root is not there */
async function allowed(folder: string, roots: readonly string[]): Promise<string> {
  const root = roots.find((each) => isIn(folder, each))
  if (root === undefined)
    throw new OutputRefused(
      `OUTPUT_FOLDER is ${folder}, which is in none of OUTPUT_ROOTS. Add the folder above it there.`,
    )
  // It is not made: where a disk is not mounted, copies must not fill the one below.
  const real = await realpath(root).catch((cause: unknown) => {
    throw new OutputRefused(
      `${root} of OUTPUT_ROOTS is not on this machine. Make it, or mount it, where workers run.`,
      { cause },
    )
  })
  await mkdir(folder, { recursive: true })
  const home = await realpath(folder)
  if (isIn(home, real)) return home
  throw new OutputRefused(
    `OUTPUT_FOLDER ${folder} leads out of ${root} by a link. Remove the link, or add where it leads to OUTPUT_ROOTS.`,
  )
}

const isIn = (path: string, folder: string) => path === folder || path.startsWith(folder + sep)

/** Beside its place first: whoever looks there sees a whole file. */
async function writeWhole(path: string, data: AsyncIterable<Uint8Array | string>): Promise<void> {
  const part = join(dirname(path), `.factotum-${randomUUID()}.part`)
  try {
    // 'wx' makes it anew: no link that stands there is followed.
    const file = await open(part, 'wx')
    try {
      for await (const chunk of data) await file.appendFile(chunk)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}
