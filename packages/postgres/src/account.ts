import { readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { codeOf, PostgresError } from './errors.ts'

/** The user PostgreSQL runs as, when it is not the one of this program. */
export interface Account {
  uid: number
  gid: number
}

/**
 * PostgreSQL refuses to run as root: then the owner of the data runs it, at first `postgres` or `nobody`.
 *
 * @param data the data folder, which need not exist yet
 * @returns null when the program's own user runs the server
 */
export async function accountFor(data: string): Promise<Account | null> {
  const uid = process.getuid?.()
  const owner = await ownerOf(data)
  if (uid !== 0) {
    if (owner && owner.uid !== uid) {
      throw new PostgresError('folder-foreign', {
        folder: data,
        owner: await nameOf(owner.uid),
        user: await nameOf(uid ?? -1),
      })
    }
    return null
  }
  if (process.platform !== 'linux')
    throw new PostgresError('root-unsupported', { platform: process.platform })
  if (owner?.uid === 0) throw new PostgresError('folder-root-owned', { folder: data })
  if (owner) return owner
  const accounts = await readAccounts()
  const account =
    accounts.find(({ name }) => name === 'postgres') ?? accounts.find(({ name }) => name === 'nobody')
  if (!account || account.uid === 0) throw new PostgresError('no-account')
  return { uid: account.uid, gid: account.gid }
}

/** Null when there is no database yet. */
async function ownerOf(data: string): Promise<Account | null> {
  try {
    const { uid, gid } = await stat(join(data, 'PG_VERSION'))
    return { uid, gid }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    if (codeOf(error) !== 'EACCES') throw error
    // Another user's: closed to everybody else, but its owner can be seen.
    return stat(data)
  }
}

async function nameOf(uid: number): Promise<string> {
  if (uid === process.getuid?.()) {
    try {
      return `the user "${userInfo().username}"`
    } catch {
      // No entry in passwd: the number must do.
    }
  }
  const account = (await readAccounts()).find((candidate) => candidate.uid === uid)
  return account ? `the user "${account.name}"` : `user id ${uid}`
}

async function readAccounts(): Promise<{ name: string; uid: number; gid: number }[]> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  return passwd.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : []
  })
}
