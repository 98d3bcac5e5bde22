import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** For programs with a DATABASE_URL. */
export const SECRET_KEY = '0123456789abcdef'.repeat(4)

const bin = fileURLToPath(new URL('../bin/factotum.js', import.meta.url))

/** A process of the program as a user starts it, through its command. */
export interface RunningProgram {
  pid: number
  /** Where the browser finds it; empty for processes that serve no pages. */
  url: string
  /** All that it printed. */
  output(): string
  /** The link that signs the first administrator in, which it prints a little after it serves. */
  firstLink(): Promise<string>
  /** Sends SIGTERM; answers the exit status. */
  stop(): Promise<number | null>
  /** Sends SIGKILL, as a power cut would. */
  kill(): Promise<void>
}

/** Tests ask again until something has happened: oftener than people and programs may. */
const manyCalls = { HOURLY_LIMIT: '1000000', DAILY_LIMIT: '1000000' }

/** A folder for one test's program; `remove` ends what still runs there. */
export async function temporaryHome(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'factotum-home-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/**
 * Starts a command of the program and waits until it says that it is ready.
 *
 * @param command such as `['web']`
 * @param env the settings; the database of the test run is not handed on, so that the program uses its own
 */
export async function startProgram(command: string[], env: Record<string, string>): Promise<RunningProgram> {
  const child = spawn(process.execPath, [bin, ...command], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: '0', ...manyCalls, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text))
  const printed = (what: RegExp) => waitFor(child, () => output, what)
  await printed(/ready/i)
  return {
    pid: child.pid ?? 0,
    url: /http:\/\/[^\s]+?:\d+/.exec(output)?.[0] ?? '',
    output: () => output,
    firstLink: async () => (await printed(/http\S+\/signin\/link\?token=[\w-]+(?=\s)/))[0],
    stop: async () => {
      child.kill('SIGTERM')
      return exit(child)
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exit(child)
    },
  }
}

/** What the program prints in the end. */
async function waitFor(child: ChildProcess, output: () => string, what: RegExp): Promise<RegExpExecArray> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const found = what.exec(output())
    if (found) return found
    if (child.exitCode !== null) throw new Error(`The program ended with ${child.exitCode}:\n${output()}`)
    if (Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`The program did not print ${what} within a minute:\n${output()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function exit(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}
