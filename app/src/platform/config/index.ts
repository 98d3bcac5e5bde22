import type { Rotation } from '../logging/log-file.ts'
import { fromEnvironment } from '../settings/from-environment.ts'
import { ownSettings } from '../settings/own.ts'
import { type Providers, readProviders } from './providers.ts'
import { type Receivers, readReceivers } from './receivers.ts'
import { secretHint, type Variable, variables } from './variables.ts'
import { version } from './version.ts'
import { ConfigError, wrongSettings } from './wrong.ts'

export { isLoopback } from './variables.ts'
export { ConfigError } from './wrong.ts'

export interface Config extends Providers, Receivers {
  /** 0 means any free port. */
  port: number
  host: string
  /** Absolute path. */
  home: string
  /** Null: the program runs a server of its own in `home`. */
  databaseUrl: string | null
  /** As people reach the program; null: by the address at which it listens. No slash at its end. */
  publicUrl: string | null
  /** Addresses and networks whose `X-Forwarded-For` says where a request came from. */
  trustedProxies: readonly string[]
  /** Null: one is made and kept in `home`. */
  secretKey: string | null
  logLevel: string
  logFiles: 'one' | 'each'
  logRotation: Rotation
  /** For so many days complete files of the log stay. */
  logDays: number
  maxUploadBytes: number
  /** Null: a process without the web server listens nowhere. */
  metricsPort: number | null
  version: string
  /** The variables themselves: what they say of settings wins over what people set. */
  environment: Readonly<Record<string, string | undefined>>
}

/**
 * Reads the settings from the environment.
 *
 * @throws ConfigError that names every wrong value, so that they are mended in one go
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const wrong: string[] = []
  const read = <T>(name: string, variable: Variable<T>): T => {
    const text = env[name]?.trim()
    if (!text) return variable.fallback
    try {
      return variable.read(text)
    } catch (error) {
      wrong.push(`${name} ${error instanceof Error ? error.message : error}.`)
      return variable.fallback
    }
  }
  const publicUrl = read<string | null>('PUBLIC_URL', variables.PUBLIC_URL)
  const config: Config = {
    port: read<number>('PORT', variables.PORT),
    host: read<string>('HOST', variables.HOST),
    home: read<string>('FACTOTUM_HOME', variables.FACTOTUM_HOME),
    databaseUrl: read<string | null>('DATABASE_URL', variables.DATABASE_URL),
    publicUrl,
    trustedProxies: read<readonly string[]>('TRUSTED_PROXIES', variables.TRUSTED_PROXIES),
    secretKey: read<string | null>('SECRET_KEY', variables.SECRET_KEY),
    logLevel: read<string>('LOG_LEVEL', variables.LOG_LEVEL),
    logFiles: read<'one' | 'each'>('LOG_FILES', variables.LOG_FILES),
    logRotation: read<Rotation>('LOG_ROTATE', variables.LOG_ROTATE),
    logDays: read<number>('LOG_DAYS', variables.LOG_DAYS),
    maxUploadBytes: read<number>('MAX_UPLOAD_SIZE', variables.MAX_UPLOAD_SIZE),
    ...readProviders(read, publicUrl, wrong),
    metricsPort: read<number | null>('METRICS_PORT', variables.METRICS_PORT),
    ...readReceivers(read),
    version,
    environment: env,
  }
  if (env.DATABASE_URL?.trim() && !env.SECRET_KEY?.trim()) {
    wrong.push(`SECRET_KEY is missing: with DATABASE_URL, all processes share one; ${secretHint}.`)
  }
  wrong.push(...Object.values(ownSettings).flatMap((setting) => fromEnvironment(env, setting).wrong ?? []))
  if (wrong.length > 0) throw new ConfigError(wrongSettings(wrong))
  return config
}
