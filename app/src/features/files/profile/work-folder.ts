import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
const ours = new RegExp(`^profile-${machine}-(\\d+)-`)

/** A folder of one's own below `parent`; those that a dead process of this machine left are removed first. */
export async function privateFolder(parent: string): Promise<{ path: string; remove(): Promise<void> }> {
  await mkdir(parent, { recursive: true })
  for (const name of await readdir(parent)) {
    const pid = ours.exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) await rm(join(parent, name), { recursive: true, force: true })
  }
  const path = await mkdtemp(join(parent, `profile-${machine}-${process.pid}-`))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
