import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from './account.ts'

/** The superuser that programs are. */
export const databaseUser = 'factotum'

/** A data folder and what serves it. */
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

export async function readPassword(data: string): Promise<string> {
  return (await readFile(passwordFile(data), 'utf8').catch(() => '')).trim()
}

export function passwordFile(data: string): string {
  return join(data, 'factotum.password')
}
