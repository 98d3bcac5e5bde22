import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { listLogFiles } from '../files.ts'

const writer = fileURLToPath(new URL('./writer.ts', import.meta.url))

export interface WriterOptions {
  home: string
  name: string
  linesAFile: number
  linesASecond: number
  seconds: number
  /** Calls that are acknowledged together; the fewer, the slower it is. */
  atOnce: number
}

/** A process that logs as fast as it is told to. */
export function startWriter(options: WriterOptions) {
  const { home, name, linesAFile, linesASecond, seconds, atOnce } = options
  const args = [home, name, linesAFile, linesASecond, seconds, atOnce].map(String)
  const child = spawn(process.execPath, ['--import', 'tsx', writer, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const exit = once(child, 'close')
  let heard = ''
  let acknowledged = 0
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    heard += chunk
    const lines = heard.split('\n')
    heard = lines.pop() ?? ''
    acknowledged = Number(lines.at(-1) ?? acknowledged)
  })
  return {
    /** How many calls have returned, as far as it came to say. */
    acknowledged: () => acknowledged,
    /** Ends it as a power cut would. */
    async kill() {
      child.kill('SIGKILL')
      await exit
    },
    exit: async () => void (await exit),
  }
}

export interface Kept {
  /** The numbers of a process's lines, in the order of its files. */
  numbers: number[]
  /** Lines of each of its files. */
  files: number[]
  archives: number
}

/** What is in the files of one process, read without the code that pages read with. */
export async function keptBy(folder: string, program: string): Promise<Kept> {
  const files = (await listLogFiles(folder)).filter((file) => file.program === program)
  files.sort((a, b) => a.start.getTime() - b.start.getTime() || numberIn(a.id) - numberIn(b.id))
  const kept: Kept = { numbers: [], files: [], archives: files.filter(({ compressed }) => compressed).length }
  for (const { name, compressed } of files) {
    const bytes = await readFile(join(folder, name))
    const lines = (compressed ? gunzipSync(bytes) : bytes).toString().split('\n').slice(0, -1)
    kept.files.push(lines.length)
    for (const line of lines) kept.numbers.push(JSON.parse(line).n)
  }
  return kept
}

const numberIn = (id: string) => Number(id.slice(id.lastIndexOf('-') + 1))
