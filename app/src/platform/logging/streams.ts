import { LogFile, type Rotation } from './log-file.ts'
import { type Level, levelOf, type Stream } from './names.ts'
import { machine, run } from './owner.ts'
import { isPrivate, withoutSecrets } from './secrets.ts'
import { terminal } from './terminal.ts'
import { Tidier } from './tidier.ts'

export interface StreamOptions {
  folder: string
  program: string
  /** One file for all levels, or one for each. */
  files: 'one' | 'each'
  rotation: Rotation
  /** For how long complete files stay. */
  days: number
}

/** Lines that are shown on the screen weigh as much. */
const shownFrom = 30

/** By it pino knows that a stream wants to hear of levels. */
const metadata = Symbol.for('pino.metadata')

/** Where pino's lines go. It writes the level of each beside it. */
export class LogStreams {
  readonly [metadata] = true
  /** By pino, before each line. */
  lastLevel = 0
  readonly #options: StreamOptions
  readonly #files = new Map<Stream, LogFile>()
  readonly #tidier: Tidier
  readonly #screen = terminal(process.stderr)

  constructor(options: StreamOptions) {
    this.#options = options
    this.#tidier = new Tidier(options)
    closeAtExit(this)
  }

  write(line: string): void {
    const level = levelOf(this.lastLevel)
    const kept = withoutSecrets(line)
    this.#fileOf(level).write(kept)
    if (this.lastLevel >= shownFrom) this.#screen.write(isPrivate(line) ? line : kept)
  }

  close(): void {
    for (const file of this.#files.values()) file.close()
  }

  #fileOf(level: Level): LogFile {
    const stream = this.#options.files === 'one' ? 'all' : level
    let file = this.#files.get(stream)
    if (!file) {
      const { folder, program, rotation } = this.#options
      const owner = { program, machine, pid: process.pid, run }
      const turned = () => this.#tidier.soon()
      file = new LogFile({ folder, stream, owner, rotation, turned })
      this.#files.set(stream, file)
    }
    return file
  }
}

const opened = new Set<LogStreams>()

/** What is complete says so by its name; after a kill another process sees to it. */
function closeAtExit(streams: LogStreams): void {
  if (opened.size === 0) process.on('exit', closeAll)
  opened.add(streams)
}

function closeAll(): void {
  for (const each of opened) each.close()
}
