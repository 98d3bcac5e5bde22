import { join, parse } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A module that can't be used stops the start: what works only in part misleads. */
export class DiscoveryError extends Error {
  override name = 'DiscoveryError'

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`The feature can't be used: ${path} ${reason}`, options)
  }
}

/**
 * The path of a folder's source of this name, by any of its endings; null where there is none.
 *
 * @throws DiscoveryError when there are two
 */
export function sourceIn(folder: string, files: string[], name: string): string | null {
  const [file, other] = files.filter((each) => isSource(each, name))
  if (!file) return null
  if (other) throw new DiscoveryError(folder, `has both ${file} and ${other}; one of them must go.`)
  return join(folder, file)
}

function isSource(file: string, wanted: string): boolean {
  const { name, ext } = parse(file)
  return name === wanted && ['.ts', '.tsx', '.js', '.mjs'].includes(ext)
}

/** What a module exports. @throws DiscoveryError when it does not load */
export async function loadModule(path: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(path).href)
  } catch (error) {
    throw new DiscoveryError(path, `does not load: ${reasonOf(error)}`, { cause: error })
  }
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
