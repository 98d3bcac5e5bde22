import { readdir } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { pathToFileURL } from 'node:url'
import { conventions, type Feature, take, wanted } from './conventions.ts'
import { holdsModules } from './module-type.ts'

/** A feature that can't be used stops the start: what works only in part misleads. */
export class DiscoveryError extends Error {
  override name = 'DiscoveryError'

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`The feature can't be used: ${path} ${reason}`, options)
  }
}

/**
 * Loads every feature in these folders: each folder in them is one, named for it.
 *
 * @throws DiscoveryError with the path and what is wrong there
 */
export async function discover(folders: string[]): Promise<Feature[]> {
  const found: Feature[] = []
  for (const folder of folders) {
    const names = await featureNames(folder)
    if (!(await holdsModules(folder))) throw new DiscoveryError(folder, needsType)
    for (const name of names) {
      const feature = await load(name, join(folder, name))
      refuseTwins(found, feature)
      found.push(feature)
    }
  }
  return found
}

const needsType =
  'would be read as CommonJS. Put a package.json with { "type": "module" } into it, or above it.'

async function featureNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new DiscoveryError(folder, `can't be read: ${reasonOf(error)}.`, { cause: error })
  })
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => entry.name)
    .filter((name) => !name.startsWith('.') && name !== 'node_modules')
    .sort()
}

async function load(name: string, folder: string): Promise<Feature> {
  const feature: Feature = { name, folder }
  const files = await readdir(folder)
  let loaded = 0
  for (const convention of conventions) {
    const candidates = files.filter((file) => isSource(file, convention))
    const [file, other] = candidates
    if (!file) continue
    if (other) throw new DiscoveryError(folder, `has both ${file} and ${other}; one of them must go.`)
    const path = join(folder, file)
    const exported = await defaultExport(path)
    if (exported === undefined)
      throw new DiscoveryError(path, `has no default export; export default ${wanted[convention]}.`)
    if (!take(feature, convention, exported)) {
      throw new DiscoveryError(path, `exports the wrong thing by default; it must be ${wanted[convention]}.`)
    }
    loaded++
  }
  if (loaded === 0) {
    const names = conventions.map((convention) => `${convention}.ts`).join(', ')
    throw new DiscoveryError(folder, `has none of the files that make a feature: ${names}.`)
  }
  return feature
}

function isSource(file: string, convention: string): boolean {
  const { name, ext } = parse(file)
  return name === convention && ['.ts', '.tsx', '.js', '.mjs'].includes(ext)
}

async function defaultExport(path: string): Promise<unknown> {
  try {
    const module: { default?: unknown } = await import(pathToFileURL(path).href)
    return module.default
  } catch (error) {
    throw new DiscoveryError(path, `does not load: ${reasonOf(error)}`, { cause: error })
  }
}

function refuseTwins(found: Feature[], feature: Feature): void {
  for (const other of found) {
    if (other.name === feature.name) {
      throw new DiscoveryError(feature.folder, `has the name of ${other.folder}; rename one of the folders.`)
    }
    const codes = Object.keys(feature.errors?.table ?? {}).filter((code) => other.errors?.table[code])
    if (codes.length > 0) {
      throw new DiscoveryError(
        feature.folder,
        `defines errors that ${other.folder} has: ${codes.join(', ')}.`,
      )
    }
  }
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
