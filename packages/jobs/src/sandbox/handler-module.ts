import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { JobError } from '../errors.ts'
import { refusal } from '../options.ts'

/** Where a handler is, for those that run elsewhere than they were defined: a function can't be sent to a thread. */
export interface HandlerModule {
  /**
   * The file: `new URL('./resize.ts', import.meta.url)`. Where a `.ts` is not there but its `.js` is, as after a build,
   * that is taken.
   */
  module: URL | string
  /** Which of its functions; default `'default'`. */
  export?: string
}

/** A module's file and function, checked. */
export interface HandlerPlace {
  readonly url: string
  readonly name: string
}

export type HandlerFunction = (...args: unknown[]) => unknown

export function isHandlerModule(value: unknown): value is HandlerModule {
  return typeof value === 'object' && value !== null && 'module' in value
}

/** @param where Ends the sentence: `'of job "resize"'`. @throws JobError.Invalid */
export function handlerPlace(source: HandlerModule, where: string): HandlerPlace {
  for (const key of Object.keys(source)) {
    if (key !== 'module' && key !== 'export') {
      throw new JobError.Invalid(
        `There is no ${JSON.stringify(key)} in the handler's module ${where}; it has module and export.`,
      )
    }
  }
  const { module, export: name = 'default' } = source
  if (typeof name !== 'string' || name === '') {
    throw refusal(`export ${where}`, name, "the name of one of the module's functions")
  }
  return { url: fileUrl(module, where), name }
}

/** @throws Error that names the module, where it or its function isn't there */
export async function importHandler(
  { url, name }: HandlerPlace,
  load: (url: string) => Promise<object>,
): Promise<HandlerFunction> {
  const file = builtFile(url)
  if (!existsSync(fileURLToPath(file))) throw new Error(`The handler's module ${url} is not there.`)
  const loaded = await load(file)
  const found = property(loaded, name) ?? property(property(loaded, 'default'), name)
  if (isFunction(found)) return found
  const functions = Object.keys(loaded).filter((key) => isFunction(property(loaded, key)))
  throw new Error(
    `The handler's module ${url} exports no function ${JSON.stringify(name)}; ` +
      `${functions.length > 0 ? `its functions are ${functions.join(', ')}` : 'it exports no function at all'}.`,
  )
}

/** Sources are compiled, and their names with them; a URL in their text stays. */
export function builtFile(url: string): string {
  if (existsSync(fileURLToPath(url))) return url
  const built = url.replace(/\.([cm]?)tsx?$/, '.$1js')
  return existsSync(fileURLToPath(built)) ? built : url
}

function fileUrl(module: unknown, where: string): string {
  if (module instanceof URL && module.protocol === 'file:') return module.href
  if (typeof module === 'string' && module.startsWith('file:') && URL.canParse(module)) return module
  if (typeof module === 'string' && isAbsolute(module)) return pathToFileURL(module).href
  const shown = module instanceof URL ? module.href : module
  throw refusal(
    `module ${where}`,
    shown,
    "a file's URL or absolute path, such as new URL('./resize.ts', import.meta.url)",
  )
}

const property = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined

const isFunction = (value: unknown): value is HandlerFunction => typeof value === 'function'
