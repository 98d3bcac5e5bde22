import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { conventions, type Feature, take, wanted } from './conventions.ts'
import { findEvents } from './discover-events.ts'
import { DiscoveryError, loadModule, reasonOf, sourceIn } from './load-module.ts'
import { holdsModules } from './module-type.ts'

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

/** Folders beside features that are none. */
const beside = new Set(['node_modules', 'migrations'])

async function featureNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new DiscoveryError(folder, `can't be read: ${reasonOf(error)}.`, { cause: error })
  })
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => entry.name)
    .filter((name) => !name.startsWith('.') && !beside.has(name))
    .sort()
}

async function load(name: string, folder: string): Promise<Feature> {
  const feature: Feature = { name, folder }
  const files = await readdir(folder)
  let loaded = 0
  for (const convention of conventions) {
    const path = sourceIn(folder, files, convention)
    if (!path) continue
    const { default: exported } = await loadModule(path)
    if (exported === undefined)
      throw new DiscoveryError(path, `has no default export; export default ${wanted[convention]}.`)
    if (!take(feature, convention, exported)) {
      throw new DiscoveryError(path, `exports the wrong thing by default; it must be ${wanted[convention]}.`)
    }
    loaded++
  }
  const events = await findEvents(folder, files)
  if (events) feature.events = events
  if (loaded === 0 && !events) {
    const names = [...conventions, 'events'].map((name) => `${name}.ts`).join(', ')
    throw new DiscoveryError(folder, `has none of the files that make a feature: ${names}.`)
  }
  return feature
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
