import { randomBytes } from 'node:crypto'
import { chown, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from './account.ts'
import { majorVersion } from './binaries.ts'
import { type Cluster, passwordFile } from './cluster.ts'
import { codeOf, PostgresError } from './errors.ts'
import { explained, makingFolder } from './folder.ts'
import { initialize } from './initdb.ts'

/** Makes the database if there is none; whoever comes second uses what the first has made. */
export async function makeCluster(cluster: Cluster, durable: boolean): Promise<void> {
  if (await isMade(cluster.data)) return
  const making = makingFolder(cluster.folder)
  const data = join(making, 'data')
  const password = join(making, 'password')
  try {
    for (const path of [making, data]) await mkdir(path, { mode: 0o700 })
    await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600 })
    for (const path of [making, data, password]) await giveTo(path, cluster.account)
    await initialize({ ...cluster, data }, durable)
    await rename(password, passwordFile(data))
    await syncFile(passwordFile(data))
    await syncFile(data)
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

async function giveTo(path: string, account: Account | null): Promise<void> {
  if (account) await chown(path, account.uid, account.gid)
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
