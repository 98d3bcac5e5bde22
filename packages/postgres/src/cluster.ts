import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from './account.ts'
import { majorVersion } from './binaries.ts'
import { dyingWithParent } from './die-with-parent.ts'
import { codeOf, PostgresError } from './errors.ts'
import { isAlive } from './processes.ts'
import { lastLines } from './server-log.ts'
import { serverEnvironment } from './settings.ts'

/** The superuser and the database that programs get. */
export const databaseUser = 'factotum'

/** A data folder and how to reach it. */
export interface Cluster {
  /** What the user named; `data`, `server.log` and work in progress stand in it. */
  folder: string
  /** PostgreSQL's own folder. */
  data: string
  /** Folder of the programs `initdb` and `postgres`. */
  programs: string
  account: Account | null
}

/**
 * The data folder as the server's programs are told it. Another user may not be allowed to walk there (a
 * folder below /root), but a process may always use the folder it stands in: the programs are started in it,
 * and the kernel's own link leads there without a walk.
 */
export function dataArgument({ data, account }: Pick<Cluster, 'data' | 'account'>): string {
  return account ? '/proc/self/cwd' : data
}

/** Makes the folder and says clearly why it cannot be used. */
export async function openFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const probe = join(folder, `probe-${randomBytes(6).toString('hex')}`)
    await writeFile(probe, '')
    await rm(probe)
    await sweep(folder)
  } catch (error) {
    throw explained(error, folder)
  }
}

/** Makes the database if there is none; whoever comes second uses what the first has made. */
export async function makeCluster(cluster: Cluster, durable: boolean): Promise<void> {
  if (await isMade(cluster.data)) return
  const making = join(cluster.folder, `making-${process.pid}-${randomBytes(6).toString('hex')}`)
  const data = join(making, 'data')
  const password = join(making, 'password')
  try {
    await mkdir(data, { recursive: true, mode: 0o700 })
    await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600 })
    for (const path of [making, data, password]) await giveTo(path, cluster.account)
    await initialize({ ...cluster, data }, durable)
    await rename(password, passwordFile(data))
    await syncFile(passwordFile(data))
    // The rename is the moment of birth: before it there is nothing, after it everything.
    await rename(data, cluster.data).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
    })
    await syncFile(cluster.folder)
  } catch (error) {
    throw explained(error, cluster.folder)
  } finally {
    await rm(making, { recursive: true, force: true }).catch(() => undefined)
  }
}

export async function readPassword(data: string): Promise<string> {
  return (await readFile(passwordFile(data), 'utf8').catch(() => '')).trim()
}

export function passwordFile(data: string): string {
  return join(data, 'factotum.password')
}

async function isMade(data: string): Promise<boolean> {
  const found = await readFile(join(data, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw explained(error, data)
  })
  if (found === null) {
    const content = await readdir(data).catch(() => [])
    if (content.length > 0) throw new PostgresError('not-a-cluster', { folder: data })
    return false
  }
  const version = Number(found)
  if (version === majorVersion) return true
  const code = version > majorVersion ? 'version-newer' : 'version-older'
  throw new PostgresError(code, { folder: data, found: found.trim(), ours: majorVersion })
}

/** Removes what programs left that were killed while they made a database. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const maker = /^making-(\d+)-/.exec(name)?.[1]
    if (!maker || Number(maker) === process.pid) continue
    const path = join(folder, name)
    const age = Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? Date.now())
    if ((await isAlive(Number(maker))) && age < 3_600_000) continue
    await rm(path, { recursive: true, force: true }).catch(() => undefined)
  }
}

async function initialize(cluster: Cluster, durable: boolean): Promise<void> {
  const data = dataArgument(cluster)
  const args = [
    ...['-D', data, '-U', databaseUser, '--encoding', 'UTF8', '--data-checksums'],
    // The server's own rules for text: no locale of the machine, and none that an update of it changes.
    ...['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    ...['--auth-host', 'scram-sha-256', '--auth-local', 'scram-sha-256', '--pwfile', `${data}/../password`],
    ...(durable ? [] : ['--no-sync']),
  ]
  const command = await dyingWithParent(join(cluster.programs, 'initdb'), args)
  const child = spawn(command.program, command.arguments, {
    ...cluster.account,
    cwd: cluster.data,
    env: serverEnvironment,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const { status, said } = await ended(child)
  if (status === 0) return
  if (said.includes('No space left on device'))
    throw new PostgresError('disk-full', { folder: cluster.folder })
  if (said.includes('could not look up effective user ID')) {
    throw new PostgresError('account-unnamed', { uid: cluster.account?.uid ?? process.getuid?.() ?? '' })
  }
  throw new PostgresError('init-failed', { folder: cluster.folder }, lastLines(said))
}

function ended(child: ChildProcess): Promise<{ status: number | null; said: string }> {
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, said }))
  })
}

async function giveTo(path: string, account: Account | null): Promise<void> {
  if (!account) return
  await chown(path, account.uid, account.gid)
  await chmod(path, (await stat(path)).isDirectory() ? 0o700 : 0o600)
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a file stands in the way',
  EEXIST: 'a file stands in the way',
  ENAMETOOLONG: 'the name is too long',
}

function explained(error: unknown, folder: string): unknown {
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return new PostgresError('disk-full', { folder })
  const reason = code === null ? undefined : reasons[code]
  return reason ? new PostgresError('folder-unwritable', { folder, reason }) : error
}
