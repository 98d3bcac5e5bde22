import { passkey } from '@better-auth/passkey'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { betterAuth } from 'better-auth/minimal'
import { twoFactor } from 'better-auth/plugins/two-factor'
import type { Logger } from 'pino'
import type { Config } from '../config/index.ts'
import type { Database } from '../database/index.ts'
import { joinable } from './joined.ts'
import { addressHeader, longestPassword, sessionAge, shortestPassword } from './rules.ts'
import { betterAuthTables } from './schema.ts'

export interface AuthParts {
  config: Pick<Config, 'publicUrl'>
  database: Pick<Database, 'db'>
  log: Pick<Logger, 'warn' | 'error'>
  secret: string
}

export type Auth = ReturnType<typeof createAuth>

/**
 * better-auth keeps passwords, sessions, second factors and passkeys. Its own HTTP routes are not served: pages
 * and guards are ours, and call it. Who may come is decided here as well: nobody signs up.
 */
export function createAuth({ config: { publicUrl }, database, log, secret }: AuthParts) {
  return betterAuth({
    appName: 'Factotum',
    baseURL: publicUrl ?? 'http://localhost',
    secret,
    database: drizzleAdapter(joinable(database.db), {
      provider: 'pg',
      schema: betterAuthTables,
      transaction: true,
    }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: shortestPassword,
      maxPasswordLength: longestPassword,
    },
    session: { expiresIn: sessionAge, disableSessionRefresh: true },
    user: {
      additionalFields: {
        role: { type: 'string', required: false, input: false },
        service: { type: 'boolean', required: false, input: false },
        joinedAt: { type: 'date', required: false, input: false },
        deactivatedAt: { type: 'date', required: false, input: false },
      },
    },
    verification: { storeIdentifier: 'hashed' },
    plugins: [
      twoFactor({ issuer: 'Factotum' }),
      passkey({
        rpName: 'Factotum',
        rpID: publicUrl ? new URL(publicUrl).hostname : 'localhost',
        origin: publicUrl ? new URL(publicUrl).origin : null,
        advanced: { webAuthnChallengeCookie: 'passkey' },
      }),
    ],
    advanced: {
      cookiePrefix: 'factotum',
      useSecureCookies: publicUrl?.startsWith('https:') ?? false,
      database: { generateId: 'uuid' },
      ipAddress: { ipAddressHeaders: [addressHeader] },
    },
    databaseHooks: {
      session: {
        create: {
          before: async ({ userId }, endpoint) => {
            const account = await endpoint?.context.internalAdapter.findUserById(userId)
            return !(account && 'deactivatedAt' in account && account.deactivatedAt)
          },
        },
      },
    },
    // What was refused is told by our routes; what broke is in the log.
    logger: {
      level: 'error',
      log: (_level, message, ...details) => log.error({ details }, `accounts: ${message}`),
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  })
}
