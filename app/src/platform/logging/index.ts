import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import type { Config } from '../config/index.ts'
import { idsNow } from './ids.ts'
import { setLog } from './log.ts'
import { LogStreams } from './streams.ts'

export { type Log, log } from './log.ts'

/**
 * Opens this process's log: lines of JSON into files below `logs`, which turn and are compressed, and short ones to the
 * screen. Both are written before the call returns: buffered modes lost what came last before a crash.
 */
export function createLog(
  { home, logLevel: level, logFiles, logRotation, logDays }: LogConfig,
  program: string,
): Logger {
  const streams = new LogStreams({
    folder: logFolder(home),
    program,
    files: logFiles,
    rotation: logRotation,
    days: logDays,
  })
  const logger = pino(
    {
      level,
      base: { program, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      // A logger that names its request already does so once.
      mixin: (_fields, _level, asking) => (bindsRequest in asking ? {} : { ...idsNow() }),
    },
    streams,
  )
  setLog(logger)
  return logger
}

export type LogConfig = Pick<Config, 'home' | 'logLevel' | 'logFiles' | 'logRotation' | 'logDays'>

/** Where the files are. */
export const logFolder = (home: string) => join(home, 'logs')

/** Marks loggers whose lines have the request's id by themselves. */
export const bindsRequest = Symbol('binds its request')
