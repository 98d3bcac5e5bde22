import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type AnyEvents, checkDefinition, EventError, type EventRegistry } from '../eventlog/index.ts'
import { DiscoveryError, loadModule, reasonOf, sourceIn } from './load-module.ts'

/** What a module's `events.ts` defines: all that it exports. */
export interface FoundEvents {
  /** Absolute path. */
  file: string
  definitions: AnyEvents[]
}

/**
 * The events of a module; null where it has no `events.ts`.
 *
 * @throws DiscoveryError with the path and what is wrong there
 */
export async function findEvents(folder: string, files: string[]): Promise<FoundEvents | null> {
  const file = sourceIn(folder, files, 'events')
  if (!file) return null
  const exported = Object.values(await loadModule(file))
  if (exported.length === 0) {
    throw new DiscoveryError(file, 'exports no events; export const … = defineEvents({ key, codes }).')
  }
  return { file, definitions: asDiscovery(file, () => exported.map((value) => checked(value, file))) }
}

/** The events of every module in a folder that is no feature: of the platform's own. */
export async function findAllEvents(folder: string): Promise<FoundEvents[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const modules = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name))
  const found = await Promise.all(modules.map(async (module) => findEvents(module, await readdir(module))))
  return found.filter((events) => events !== null)
}

/** @throws DiscoveryError when a key is there twice */
export function registerEvents(registry: EventRegistry, found: FoundEvents[]): void {
  for (const { file, definitions } of found) {
    asDiscovery(file, () => registry.register(file, definitions))
  }
}

function checked(value: unknown, file: string): AnyEvents {
  checkDefinition(value, file)
  return value
}

function asDiscovery<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    // Its sentence begins with the path.
    const reason = error instanceof EventError ? error.message.slice(file.length + 2) : reasonOf(error)
    throw new DiscoveryError(file, `can't be registered: ${reason}`, { cause: error })
  }
}
