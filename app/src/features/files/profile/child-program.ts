import { fileURLToPath } from 'node:url'

let program: Promise<string> | undefined

/**
 * The child's modules as one JavaScript text, made once a process. Each child would otherwise start a compiler
 * of its own: 0.2 s of the 0.4 s that a small file takes.
 */
export function childProgram(): Promise<string> {
  program ??= bundle().catch((error) => {
    program = undefined
    throw error
  })
  return program
}

async function bundle(): Promise<string> {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  // Loaded only where files are profiled; its helper process is needed once.
  const { build, stop } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`./child.${ending}`, import.meta.url))],
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    write: false,
    logLevel: 'silent',
  }).finally(stop)
  const [output] = outputFiles
  if (!output) throw new Error('The program that profiles files could not be made.')
  return output.text
}
