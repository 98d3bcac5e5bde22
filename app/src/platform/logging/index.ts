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
  const file = pino.destination({ dest: join(folder, 'factotum.log'), sync: true, maxLength: keptInMemory })
  sayOnce(file)
  const streams = [
    { level: 'trace' as const, stream: file },
    { level: 'info' as const, stream: terminal(process.stderr) },
  ]
  return pino(
    { level, base: { program, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.multistream(streams),
  )
}

/** Bytes of lines that wait while the disk is full; what is more is lost. */
const keptInMemory = 1_000_000

/** Without a listener, a full disk would end the program by its log. */
function sayOnce(file: ReturnType<typeof pino.destination>): void {
  let said = false
  file.on('error', (error: Error) => {
    if (!said) process.stderr.write(`The log can't be written: ${error.message}\n`)
    said = true
  })
  file.on('write', () => {
    said = false
  })
}
