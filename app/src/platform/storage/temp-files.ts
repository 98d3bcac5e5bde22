import { createHash, randomUUID } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

const hour = 3_600_000
const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
const ours = /^([0-9a-f]{8})-(\d+)-[0-9a-f-]{36}\.part$/

/** Files that are being written, in a folder that other processes and machines may share. */
export interface TempFiles {
  /** A path of one's own; give it back by `done`, whether or not the file is still there. */
  path(): string
  done(path: string): void
  /** Removes what a dead writer left: at once on this machine, elsewhere after an hour without a byte. */
  sweep(now?: number): Promise<string[]>
}

export function tempFiles(folder: string): TempFiles {
  const open = new Set<string>()
  return {
    path() {
      const path = join(folder, `${machine}-${process.pid}-${randomUUID()}.part`)
      open.add(path)
      return path
    },
    done: (path) => void open.delete(path),
    async sweep(now = Date.now()) {
      const removed: string[] = []
      for (const file of await readdir(folder)) {
        const path = join(folder, file)
        if (open.has(path) || !(await isStale(path, file, now))) continue
        await rm(path, { force: true })
        removed.push(file)
      }
      return removed
    },
  }
}

async function isStale(path: string, file: string, now: number): Promise<boolean> {
  const [, writtenOn, pid] = ours.exec(file) ?? []
  if (!writtenOn) return false
  // This process knows its own; under its number there was another before it.
  if (writtenOn === machine && (Number(pid) === process.pid || !isAlive(Number(pid)))) return true
  const touched = await stat(path).catch(() => null)
  return touched !== null && now - touched.mtimeMs > hour
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
