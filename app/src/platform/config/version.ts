import { readFileSync } from 'node:fs'

/** The program's version, from its package.json. */
export const version: string = read()

function read(): string {
  const file: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  if (file && typeof file === 'object' && 'version' in file && typeof file.version === 'string')
    return file.version
  throw new Error('package.json of factotum has no version.')
}
