import { AsyncLocalStorage } from 'node:async_hooks'

/** For what code runs; each line that it logs says so. */
export interface Ids {
  request?: string
  job?: string
  /** The request from which all this came. */
  correlation?: string
}

const current = new AsyncLocalStorage<Ids>()

/** Runs `work` so that each line of it, and of what it calls or awaits, has these ids. */
export const withIds = <T>(ids: Ids, work: () => T): T => current.run(ids, work)

export const idsNow = (): Ids | undefined => current.getStore()
