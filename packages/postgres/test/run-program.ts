import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Postgres, PostgresErrorCode, PostgresOptions } from '../src/index.ts'

/** What `program.ts` says. */
interface Line {
  up?: Pick<Postgres, 'url' | 'pid' | 'port' | 'adopted'>
  error?: { code: PostgresErrorCode; message: string }
  kept?: number
  log?: string
  stopped?: true
}

export interface Program {
  child: ChildProcess
  lines: Line[]
  /** The first line that has `key`; fails when the program ends without. */
  said<Key extends keyof Line>(key: Key): Promise<NonNullable<Line[Key]>>
  /** Asks it to leave the server, and waits until it has ended. */
  stop(): Promise<void>
  /** Ends it with `kill -9`. */
  kill(): Promise<void>
}

/**
 * @param through a command that runs the program, as `unshare`
 * @param file the program in plain JavaScript; default: from its source
 */
export function runProgram(
  options: Omit<PostgresOptions, 'log' | 'onLost'>,
  {
    write = false,
    through = [],
    file,
    ...spawning
  }: SpawnOptions & { write?: boolean; through?: string[]; file?: string } = {},
): Program {
  const source = fileURLToPath(new URL('program.ts', import.meta.url))
  const program = file ? [file] : ['--import', import.meta.resolve('tsx'), source]
  const own = [process.execPath, ...program, JSON.stringify(options)]
  const [command = '', ...args] = [...through, ...own, ...(write ? ['write'] : [])]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...spawning })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const lines: Line[] = []
  const waiting = new Set<() => void>()
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk))
  if (child.stdout) {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(JSON.parse(line) as Line)
      for (const look of waiting) look()
    })
  }
  const said = <Key extends keyof Line>(key: Key) =>
    new Promise<NonNullable<Line[Key]>>((resolve, reject) => {
      const look = () => {
        const found = lines.find((line) => line[key] !== undefined)?.[key]
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
      void ended.then(() =>
        reject(new Error(`The program ended without "${key}": ${JSON.stringify(lines)} ${complaint}`)),
      )
    })
  const stop = async () => {
    child.stdin?.write('stop\n')
    await ended
  }
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return { child, lines, said, stop, kill }
}
