import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FeatureAssets } from './part.ts'

/** Every file that a page loads, in memory, under one address that changes when any of them does. */
export interface Assets {
  /** `/assets/3f2a91c07b`; files refer to each other by relative paths. */
  base: string
  /** Paths below `base` of what each page loads. */
  styles: string[]
  modules: string[]
  find(path: string): Asset | undefined
}

export interface Asset {
  type: string
  body: Buffer
  /** Null where compressing gains nothing: fonts are compressed already. */
  compressed: { br: Buffer; gzip: Buffer } | null
}

const require = createRequire(import.meta.url)
const own = fileURLToPath(new URL('./assets/', import.meta.url))

/** Files of packages that are served as they are. Latin covers most; further ranges load when a text needs them. */
const borrowed: Record<string, string> = {
  'htmx.js': 'htmx.org/dist/htmx.min.js',
  'inter-latin.woff2': '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
  'inter-latin-ext.woff2': '@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2',
  'mono-latin.woff2': '@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2',
}

/** The console's own scripts; each begins by itself. */
const modules = ['live.js', 'swap.js', 'time.js', 'theme.js', 'drop.js', 'dialog.js', 'csrf.js']

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
}

/** Reads the console's assets and the features'; a kind of file that has no type here stops the start. */
export async function loadAssets(features: FeatureAssets[] = []): Promise<Assets> {
  const files = new Map<string, Buffer>()
  for (const [name, path] of Object.entries(borrowed)) files.set(name, await readFile(require.resolve(path)))
  for (const [name, body] of await folder(own)) files.set(name, body)
  files.set('console.css', joined(files, 'styles/'))
  for (const feature of features)
    for (const [name, body] of await folder(fileURLToPath(feature.folder)))
      files.set(`${feature.name}/${name}`, body)

  const assets = new Map(
    await Promise.all([...files].map(async ([name, body]) => [name, await asset(name, body)] as const)),
  )
  const wanted = features.flatMap(({ name, load }) => load.map((file) => `${name}/${file}`))
  for (const path of wanted)
    if (!assets.has(path)) throw new Error(`The asset ${path} is to be loaded, but there is no such file.`)
  return {
    base: `/assets/${fingerprint(files)}`,
    styles: ['console.css', ...wanted.filter((path) => path.endsWith('.css'))],
    modules: [...modules, ...wanted.filter((path) => path.endsWith('.js'))],
    find: (path) => assets.get(path),
  }
}

async function folder(path: string): Promise<[string, Buffer][]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const named = async (name: string): Promise<[string, Buffer]> => [
    name.slice(path.length).replaceAll('\\', '/'),
    await readFile(name),
  ]
  return Promise.all(names.map(named))
}

/** The sheets of a folder as one file, in the order of their names: one request, and `@layer` orders the rest. */
function joined(files: Map<string, Buffer>, prefix: string): Buffer {
  const names = [...files.keys()].filter((name) => name.startsWith(prefix)).sort()
  const sheets = names.map((name) => files.get(name) ?? Buffer.alloc(0))
  for (const name of names) files.delete(name)
  return Buffer.concat(sheets)
}

async function asset(name: string, body: Buffer): Promise<Asset> {
  const type = types[extname(name)]
  if (!type)
    throw new Error(
      `The asset ${name} is of no kind that is served. Use one of: ${Object.keys(types).join(', ')}.`,
    )
  if (type.startsWith('font') || type === 'image/png') return { type, body, compressed: null }
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    promisify(gzip)(body, { level: 9 }),
  ])
  return { type, body, compressed: { br, gzip: gz } }
}

function fingerprint(files: Map<string, Buffer>): string {
  const hash = createHash('sha256')
  for (const [name, body] of files) hash.update(`${name}\0${body.length}\0`).update(body)
  return hash.digest('hex').slice(0, 12)
}
