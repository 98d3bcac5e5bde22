import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Where the programs are once they are built, with the engine and what it reads beside itself. */
export const built = place('dist/')

/**
 * Builds the programs: they are killed and started often, and from their sources each start takes seconds of a core.
 * What is there is not removed: another run may be using it.
 */
export function build(): void {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', place('../../tsconfig.chaos.json')], { stdio: 'inherit' })
  cpSync(place('../../migrations'), `${built}migrations`, { recursive: true })
}
