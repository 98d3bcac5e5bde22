import type { JobManager } from '@factotum/jobs'
import type { Logger } from 'pino'
import type { EventLog } from '../eventlog/index.ts'
import type { Live } from '../live/index.ts'
import type { Accounts } from './accounts/accounts.ts'
import type { Cache } from './cache/index.ts'
import type { Config } from './config/index.ts'
import type { Database } from './database/index.ts'
import type { Settings } from './settings/index.ts'
import type { Storage } from './storage/index.ts'

/** What a process of the program has at hand; made once by `compose`, handed to every feature. */
export interface Context {
  config: Config
  database: Database
  jobs: JobManager
  live: Live
  /** Who may come. */
  accounts: Accounts
  /** What happened to what. */
  events: EventLog
  /** What people set while the program runs. */
  settings: Settings
  storage: Storage
  /** What costs much to make, kept for a while. */
  cache: Cache
  log: Logger
}
