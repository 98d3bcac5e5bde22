import type { Logger } from 'pino'
import { pino } from 'pino'

type Fields = Record<string, unknown>

/**
 * The program's log, wherever one is: four streams, each call a line with a message and fields that can be searched
 * for. When a call returns, the operating system has the line. Within a request or a job it has their ids by itself.
 * An Error goes into the field `err`, with its stack.
 */
export interface Log {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warning(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

let behind: Logger | undefined

/** The log of this process. Before the program has opened its own, lines go to the screen alone. */
export const log: Log = {
  debug: (message, fields = {}) => opened().debug(fields, message),
  info: (message, fields = {}) => opened().info(fields, message),
  warning: (message, fields = {}) => opened().warn(fields, message),
  error: (message, fields = {}) => opened().error(fields, message),
}

/** From now on `log` writes there. */
export function setLog(logger: Logger): void {
  behind = logger
}

function opened(): Logger {
  behind ??= pino(pino.destination({ fd: 2, sync: true }))
  return behind
}
