import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'

/** Mounts a megabyte of memory on `$FOLDER`, seen by the command alone; some machines don't allow that. */
const mounting = 'mount -t tmpfs -o size=1m none "$FOLDER" && exec "$@"'
const unshare = ['--map-root-user', '--mount', 'sh', '-c', mounting, 'sh']

/** False where tests with a small disk must be skipped. */
export const canMount =
  spawnSync('unshare', [...unshare, 'true'], { env: { ...process.env, FOLDER: '/tmp' } }).status === 0

/** Runs a module's source in a process whose `process.env.FOLDER` is on a disk of a megabyte. */
export function onSmallDisk(folder: string, source: string): Promise<{ stdout: string; stderr: string }> {
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', source]
  return promisify(execFile)('unshare', [...unshare, ...node], { env: { ...process.env, FOLDER: folder } })
}
