import type { IncomingHttpHeaders } from 'node:http'
import type { Role } from './roles.ts'

export type { Role } from './roles.ts'

/** Whoever makes a request: an account, and how it showed that it is this one. */
export interface Asker {
  /** `role` is null for who is known and has no rights yet; `service` accounts belong to programs. */
  account: { id: string; name: string; email: string | null; role: Role | null; service: boolean }
  /** How they showed who they are. Only a session, which a browser sends by itself, needs form tokens. */
  via: 'session' | 'key' | 'token'
  /** A key's scopes; `all` for sessions and tokens. A key has at most its account's rights. */
  scopes: 'all' | string[]
  sessionId: string | null
  keyId: string | null
  /** Calls that a key may make, where it has limits of its own; null: what the settings say. */
  limits?: { hourly: number | null; daily: number | null }
  /** How long what they showed is good, where it says so itself, as a token does. */
  until?: Date
}

/** Who asks, by cookie, key or token; null for nobody, or when what they show is not valid. */
export type Identify = (request: { headers: IncomingHttpHeaders }) => Promise<Asker | null>
