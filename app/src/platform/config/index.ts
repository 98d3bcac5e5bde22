import { secretHint, type Variable, variables } from './variables.ts'
import { version } from './version.ts'

export interface Config {
  /** 0 means any free port. */
  port: number
  host: string
  /** Absolute path. */
  home: string
  /** Null: the program runs a server of its own in `home`. */
  databaseUrl: string | null
  /** As people reach the program; null: by the address at which it listens. No slash at its end. */
  publicUrl: string | null
  /** Null: one is made and kept in `home`. */
  secretKey: string | null
  logLevel: string
  /** The zone of schedules that name none. */
  timeZone: string
  maxUploadBytes: number
  version: string
}

/** What is wrong with the environment: all of it. */
export class ConfigError extends Error {
  override name = 'ConfigError'
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
  const config: Config = {
    port: read<number>('PORT', variables.PORT),
    host: read<string>('HOST', variables.HOST),
    home: read<string>('FACTOTUM_HOME', variables.FACTOTUM_HOME),
    databaseUrl: read<string | null>('DATABASE_URL', variables.DATABASE_URL),
    publicUrl: read<string | null>('PUBLIC_URL', variables.PUBLIC_URL),
    secretKey: read<string | null>('SECRET_KEY', variables.SECRET_KEY),
    logLevel: read<string>('LOG_LEVEL', variables.LOG_LEVEL),
    timeZone: read<string>('TIME_ZONE', variables.TIME_ZONE),
    maxUploadBytes: read<number>('MAX_UPLOAD_SIZE', variables.MAX_UPLOAD_SIZE),
    version,
  }
  if (env.DATABASE_URL?.trim() && !env.SECRET_KEY?.trim()) {
    wrong.push(`SECRET_KEY is missing: with DATABASE_URL, all processes share one; ${secretHint}.`)
  }
  if (wrong.length > 0) throw new ConfigError(sentence(wrong))
  return config
}

function sentence(wrong: string[]): string {
  const [only, ...more] = wrong
  if (more.length === 0) return `A setting is wrong: ${only}`
  return `${wrong.length} settings are wrong:\n${wrong.map((line) => `  - ${line}`).join('\n')}`
}
