import { lstat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from './errors.ts'

/** A name of a library that the package leaves out (npm packs no links), and the file it stands for. */
export interface LibraryLink {
  link: string
  to: string
}

/** Makes the links that are missing. False when that is not possible here. */
export async function makeLinks(native: string, links: LibraryLink[]): Promise<boolean> {
  for (const { link, to } of links) {
    const path = join(native, link)
    if (await lstat(path).catch(() => null)) continue
    const made = await symlink(to, path).then(
      () => true,
      (error: unknown) => codeOf(error) === 'EEXIST',
    )
    if (!made) return false
  }
  return true
}
