import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'

/**
 * The process' environment over what `.env` of the folder says.
 *
 * @throws Error when the file is there and can't be read
 */
export function environment(env: NodeJS.ProcessEnv = process.env, folder = process.cwd()): NodeJS.ProcessEnv {
  return { ...fileVariables(resolve(folder, '.env')), ...env }
}

function fileVariables(path: string): NodeJS.ProcessEnv {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
      return {}
    throw new Error(`${path} can't be read: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  }
}
