import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { codeOf } from './errors.ts'

const run = promisify(execFile)
const linux = process.platform === 'linux'

/** True while the process runs. A dead one that nobody has collected yet (a zombie) does not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false
  }
  if (!linux) return true
  const found = await readProcess(pid)
  return found !== null && found.state !== 'Z' && found.state !== 'X'
}

/** Sends a signal; a process that has gone meanwhile is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error
  }
}

/**
 * True when the process is a PostgreSQL server working in the folder `data`. Process ids are reused after a
 * crash, and a copied folder names the server of its original: so the kernel is asked, not the file.
 */
export async function worksIn(pid: number, data: string, recordedFolder: string): Promise<boolean> {
  if (!(await isAlive(pid))) return false
  if (linux)
    return (await sameFolder(`/proc/${pid}/cwd`, data)) && (await commandOf(pid)).includes('postgres')
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.includes('postgres') && (await sameFolder(recordedFolder, data))
}

/**
 * Server processes in `data` that have outlived their postmaster. While one lives, no new server may start
 * there. Only Linux can tell; elsewhere PostgreSQL's own check has to do.
 */
export async function orphansIn(data: string): Promise<number[]> {
  if (!linux) return []
  const orphans: number[] = []
  for (const name of await readdir('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid) || !(await sameFolder(`/proc/${pid}/cwd`, data))) continue
    const found = await readProcess(pid)
    if (!found || found.state === 'Z' || !(await commandOf(pid)).startsWith('postgres: ')) continue
    if (!(await sameFolder(`/proc/${found.parent}/cwd`, data))) orphans.push(pid)
  }
  return orphans
}

async function readProcess(pid: number): Promise<{ state: string; parent: number } | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (line === null) return null
  // The name stands in brackets and may hold anything: read from the last one.
  const [state = '', parent = ''] = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return { state, parent: Number(parent) }
}

async function commandOf(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')[0] ?? ''
}

async function sameFolder(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([stat(one).catch(() => null), stat(other).catch(() => null)])
  return a !== null && b !== null && a.ino === b.ino && a.dev === b.dev
}
