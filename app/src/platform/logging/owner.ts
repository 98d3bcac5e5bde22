import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { LogFileName } from './names.ts'

/**
 * Where process ids mean processes: the host's name for people, and a hash that differs between boots and between
 * containers, which may share a name and a folder.
 */
export const machine = `${hostname()
  .replace(/[^A-Za-z0-9]+/g, '-')
  .slice(0, 30)}-${createHash('sha256')
  .update(
    [
      hostname(),
      seen(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
      seen(() => readlinkSync('/proc/self/ns/pid')),
    ].join('\n'),
  )
  .digest('hex')
  .slice(0, 8)}`

/** This run of the program. */
export const run = randomBytes(4).toString('hex')

/** What this system tells; elsewhere than on Linux nothing. */
function seen(read: () => string): string {
  try {
    return read().trim()
  } catch {
    return ''
  }
}

/** A file of which the owner can't be asked is not written any more after so many milliseconds: each day has its own. */
const silence = 2 * 86_400_000

/** True when nobody writes the file any more: its process has ended, or it is old. */
export function isLeft(file: LogFileName, writtenAt: Date, now: Date): boolean {
  if (file.run === run) return false
  if (now.getTime() - writtenAt.getTime() > silence) return true
  return file.machine === machine && !isAlive(file.pid)
}

function isAlive(pid: number): boolean {
  // This process has that id now.
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
