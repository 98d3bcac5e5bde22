import type { Logger } from 'pino'
import type { Database } from '../database/index.ts'
import { ownSettings, type Settings } from '../settings/index.ts'
import { type CallLimits, type Counted, countCalls } from './windows.ts'

/** A client's own limits; null: what the settings say. */
export type OwnLimits = { [window in keyof CallLimits]: number | null }

/** Counts a client's call; null where nothing can be counted now. */
export type CountClient = (client: string, own?: OwnLimits) => Promise<Counted | null>

interface Parts {
  database: Pick<Database, 'pool'>
  settings: Pick<Settings, 'get'>
  log: Pick<Logger, 'info' | 'warn'>
}

/**
 * Counts calls by the limits that are in force at that moment. Where they can't be counted, calls are let through,
 * and the log says so once: who keeps people off is not to be what protects the program.
 */
export function clientCounter({ database, settings, log }: Parts): CountClient {
  const count = countCalls(database.pool)
  let away = false
  return async (client, own) => {
    const hourly = own?.hourly ?? settings.get(ownSettings.hourlyLimit)
    const daily = own?.daily ?? settings.get(ownSettings.dailyLimit)
    try {
      const counted = await count(client, { hourly, daily })
      if (away) log.info('calls are counted again')
      away = false
      return counted
    } catch (error) {
      if (!away) log.warn({ err: error }, 'calls can not be counted; they are let through')
      away = true
      return null
    }
  }
}
