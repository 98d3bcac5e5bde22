import type { Logger } from 'pino'
import type { EventLog } from '../../eventlog/index.ts'
import type { Database, Transaction } from '../database/index.ts'
import type { Afterwards } from './afterwards.ts'
import type { Auth } from './auth.ts'
import type { Recorder } from './record.ts'
import type { SessionCookie } from './session.ts'
import type { SignInLimit } from './sign-in-limit.ts'

/** A message to a person. */
export interface Message {
  to: string
  subject: string
  text: string
}

/** What the verbs of accounts work with. */
export interface Parts {
  /** better-auth, which is slow to load: loaded when somebody signs in. */
  auth(): Promise<Auth>
  afterwards: Afterwards
  cookie: SessionCookie
  database: Database
  events: Pick<EventLog, 'read' | 'readSubject' | 'process'>
  limit: SignInLimit
  log: Logger
  record: Recorder
  /** Where a link leads: an address that begins with PUBLIC_URL, never with what a request says. */
  address(path: string): string
  /** Sends a message, as a part of the transaction. */
  send(tx: Transaction, message: Message): Promise<void>
}
