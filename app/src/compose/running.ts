import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { instance } from '../platform/health/instance.ts'

/** A `factotum start` on this home that answers. */
export interface Running {
  url: string
  pid: number
  instance: string
}

const fileOf = (home: string) => join(home, 'running.json')

/** Leaves word for a later start on this home; answers how to take it back. */
export async function announce(home: string, url: string): Promise<() => Promise<void>> {
  const running: Running = { url, pid: process.pid, instance }
  await writeFile(fileOf(home), JSON.stringify(running))
  return async () => {
    if ((await read(home))?.instance === instance) await rm(fileOf(home), { force: true })
  }
}

/** The program that was announced last, if it is still there and is that very one. */
export async function findRunning(home: string): Promise<Running | null> {
  const running = await read(home)
  if (!running) return null
  try {
    const answer = await fetch(new URL('health', running.url), { signal: AbortSignal.timeout(2_000) })
    await answer.body?.cancel()
    return answer.headers.get('x-factotum-instance') === running.instance ? running : null
  } catch {
    return null
  }
}

async function read(home: string): Promise<Running | null> {
  try {
    const entry: unknown = JSON.parse(await readFile(fileOf(home), 'utf8'))
    return isRunning(entry) ? entry : null
  } catch {
    return null
  }
}

function isRunning(entry: unknown): entry is Running {
  if (!entry || typeof entry !== 'object') return false
  return 'url' in entry && typeof entry.url === 'string' && 'pid' in entry && 'instance' in entry
}
