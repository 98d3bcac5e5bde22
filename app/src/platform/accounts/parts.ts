import type { Logger } from 'pino'
import type { Database, Transaction } from '../database/index.ts'
import type { Auth } from './auth.ts'
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
  database: Database
  limit: SignInLimit
  log: Logger
  /** Where a link leads: an address that begins with PUBLIC_URL, never with what a request says. */
  address(path: string): string
  /** Sends a message, as a part of the transaction. */
  send(tx: Transaction, message: Message): Promise<void>
}
