import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { version } from '../config/version.ts'

/** Which program this is. */
export interface Build {
  version: string
  /** Null where neither a clone nor `build.json` tells it. */
  commit: string | null
  /** When it was built; in a clone, which is not built, when the commit was made. ISO 8601. */
  buildDate: string | null
}

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const stamp = fileURLToPath(new URL('../../../build.json', import.meta.url))

let known: Promise<Build> | undefined

/** In a clone git tells it, elsewhere `app/build.json`, which `node scripts/stamp.mjs` writes. Asked for once. */
export function readBuild(): Promise<Build> {
  known ??= (existsSync(`${root}.git`) ? fromGit() : fromStamp()).catch(() => nothing)
  return known
}

const nothing: Build = { version, commit: null, buildDate: null }

async function fromGit(): Promise<Build> {
  const run = promisify(execFile)
  const { stdout } = await run('git', ['-C', root, 'log', '-1', '--format=%H %cI'], { timeout: 5_000 })
  return fromWords(stdout.trim().split(' '))
}

async function fromStamp(): Promise<Build> {
  const file: unknown = JSON.parse(await readFile(stamp, 'utf8'))
  if (!file || typeof file !== 'object') return nothing
  return fromWords(['commit' in file ? file.commit : null, 'build_date' in file ? file.build_date : null])
}

function fromWords([commit, date]: readonly unknown[]): Build {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)
  return { version, commit: text(commit), buildDate: text(date) }
}
