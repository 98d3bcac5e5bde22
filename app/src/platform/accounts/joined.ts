import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database, Transaction } from '../database/index.ts'

const current = new AsyncLocalStorage<Transaction>()

/**
 * Calls better-auth so that all it writes belongs to a transaction of ours. What hashes a password
 * holds a connection for a tenth of a second there: not for strangers.
 */
export const within = <T>(tx: Transaction, call: () => Promise<T>): Promise<T> => current.run(tx, call)

type Verbs = Pick<Database['db'], 'select' | 'insert' | 'update' | 'delete'>

/** What better-auth's adapter asks of a database: that of the transaction it was called within, else the pool's. */
export function joinable(db: Database['db']) {
  const now = () => current.getStore()?.db ?? db
  return {
    get select() {
      const at = now()
      return at.select.bind(at)
    },
    get insert() {
      const at = now()
      return at.insert.bind(at)
    },
    get update() {
      const at = now()
      return at.update.bind(at)
    },
    get delete() {
      const at = now()
      return at.delete.bind(at)
    },
    transaction<T>(work: (at: Verbs) => Promise<T>): Promise<T> {
      // Its own end of the transaction would be the end of ours.
      const at = current.getStore()?.db
      return at ? work(at) : db.transaction(work)
    },
  }
}
