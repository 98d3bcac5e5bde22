import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import pino, { type Logger } from 'pino'
import type { Config } from '../config/index.ts'
import { terminal } from './terminal.ts'

/**
 * Lines of JSON to `logs/factotum.log`, short ones to the terminal. Both are written before the call
 * returns: buffered modes lost what came last before a crash.
 */
export function createLog(
  { home, logLevel: level }: Pick<Config, 'home' | 'logLevel'>,
  program: string,
): Logger {
  const folder = join(home, 'logs')
  mkdirSync(folder, { recursive: true })
  const file = pino.destination({ dest: join(folder, 'factotum.log'), sync: true })
  const streams = [
    { level: 'trace' as const, stream: file },
    { level: 'info' as const, stream: terminal(process.stderr) },
  ]
  return pino(
    { level, base: { program, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.multistream(streams),
  )
}
