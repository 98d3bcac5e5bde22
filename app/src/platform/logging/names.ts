/**
 * A file of the log, as its name tells. One process writes it, and nobody else ever does, through these names:
 *
 * `{id}.current.log`      being written, or left by a process that was killed
 * `{id}.{end}.log`        complete
 * `{id}.{end}.log.gz`     complete, and compressed
 *
 * where the id is `{start}_{stream}_{program}_{machine}_{pid}_{run}-{number}`.
 */
export interface LogFileName {
  name: string
  /** The same through its life. */
  id: string
  stream: Stream
  program: string
  machine: string
  pid: number
  /** Which run of the program; process ids come again. */
  run: string
  /** When its first line was written. */
  start: Date
  /** When its last line was; null while it is written. */
  end: Date | null
  compressed: boolean
}

/** A level's file, or the one that all levels share. */
export type Stream = 'all' | Level

/** What a line is, by weight. */
export const levels = ['debug', 'info', 'warning', 'error'] as const
export type Level = (typeof levels)[number]

/** pino's numbers. */
export const levelOf = (number: number): Level =>
  number >= 50 ? 'error' : number >= 40 ? 'warning' : number >= 30 ? 'info' : 'debug'

const time = '\\d{8}T\\d{6}\\.\\d{3}Z'
const form = new RegExp(
  `^((${time})_(all|debug|info|warning|error)_([a-z0-9-]+)_([A-Za-z0-9-]+)_(\\d+)_([a-z0-9]+)-\\d+)` +
    `\\.(?:current|(${time}))\\.log(\\.gz)?$`,
)

/** What a name tells; null for any other file's. */
export function parseName(name: string): LogFileName | null {
  const [, id, start, stream, program, machine, pid, run, end, compressed] = form.exec(name) ?? []
  if (!id || !start || !isStream(stream) || !program || !machine || !run) return null
  if (!end && compressed) return null
  return {
    name,
    id,
    stream,
    program,
    machine,
    pid: Number(pid),
    run,
    start: dateOf(start),
    end: end ? dateOf(end) : null,
    compressed: compressed !== undefined,
  }
}

const isStream = (text: string | undefined): text is Stream =>
  text === 'all' || levels.some((level) => level === text)

/** A new file's id. */
export function newId(
  start: Date,
  stream: Stream,
  { program, machine, pid, run }: Owner,
  number: number,
): string {
  return `${stamp(start)}_${stream}_${program.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}_${machine}_${pid}_${run}-${String(number).padStart(6, '0')}`
}

export interface Owner {
  program: string
  machine: string
  pid: number
  run: string
}

export const currentName = (id: string) => `${id}.current.log`
export const completeName = (id: string, end: Date) => `${id}.${stamp(end)}.log`

/** `20261121T183457.123Z`: sorts like time, and may stand in a name on every system. */
const stamp = (at: Date) => at.toISOString().replace(/[-:]/g, '')

const dateOf = (text: string) =>
  new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:'))
