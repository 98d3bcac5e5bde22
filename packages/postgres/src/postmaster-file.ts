import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from './errors.ts'
import { worksIn } from './processes.ts'

/** What `postmaster.pid` says of a running server. */
export interface Postmaster {
  pid: number
  port: number
  /** `ready` takes connections; `stopping` is on its way out. */
  state: 'starting' | 'ready' | 'stopping'
}

/** The server that runs in `data`. A file that a killed server left behind counts as none. */
export async function findPostmaster(data: string): Promise<Postmaster | null> {
  const found = await read(data)
  if (!found || !(await worksIn(found.pid, data, found.folder))) return null
  const state = found.status === 'ready' || found.status === 'stopping' ? found.status : 'starting'
  return { pid: found.pid, port: found.port, state }
}

/**
 * Removes the file of a dead server. PostgreSQL does so itself, unless the process id has gone to another
 * program since. To be called when `findPostmaster` found none.
 */
export async function removeStaleFile(data: string): Promise<void> {
  const stale = await read(data)
  if (!stale || (await worksIn(stale.pid, data, stale.folder))) return
  const path = join(data, 'postmaster.pid')
  const aside = `${path}.${randomBytes(6).toString('hex')}`
  try {
    // A server that starts at this moment has made the file and not yet written it.
    if (stale.text === '' && Date.now() - (await stat(path)).mtimeMs < 3_000) return
    await rename(path, aside)
    // Another program may have started the server between the look and the rename: then it goes back.
    if ((await readFile(aside, 'utf8')) !== stale.text) await link(aside, path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error
  } finally {
    await rm(aside, { force: true })
  }
}

async function read(data: string) {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  // Lines: process id, folder, start time, port, socket folder, address, shared memory, state.
  const lines = text.split('\n').map((line) => line.trim())
  return {
    text,
    pid: Math.abs(Number(lines[0])),
    folder: lines[1] ?? '',
    port: Number(lines[3]),
    status: lines[7] ?? '',
  }
}
