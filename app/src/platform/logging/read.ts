import { endOf, listLogFiles } from './files.ts'
import { type LogFilter, matches, mayHold, quickly } from './filter.ts'
import { comparePlaces, type LogLine, type Place, parseLine } from './line.ts'
import type { LogFileName } from './names.ts'
import { goThrough } from './read-file.ts'

export interface LogQuery extends LogFilter {
  /** Lines before this place. */
  before?: Place | undefined
  limit: number
  /** Bytes, uncompressed, after which it stops looking. */
  budget?: number
}

export interface LogPage {
  /** The newest first. */
  lines: LogLine[]
  /** Give it as `before` for the next page; null at the end. */
  next: Place | null
  /** Set where it stopped looking before the page was full: all after this time was looked through. */
  lookedBackTo: Date | null
}

const usualBudget = 64_000_000

/** Ids begin with a digit. */
const afterAllFiles = '~'

/** The newest lines that match, of all the processes that write into a folder. */
export async function readLog(folder: string, query: LogQuery): Promise<LogPage> {
  const { before, limit, budget = usualBudget } = query
  const files = (await listLogFiles(folder)).filter(
    (file) => mayHold(file, query) && (!before || mayHold(file, { until: new Date(before.at) })),
  )
  const found = new Newest(limit + 1)
  let seen = 0
  for (const file of files) {
    if (found.isFull && found.oldest.at > endOf(file)) break
    // Whoever asks on from there comes further.
    if (seen >= budget && file.end && (!before || endOf(file) < before.at))
      return stopped(found.lines, file.end)
    seen += await look(folder, file, query, found)
  }
  const lines = found.lines.slice(0, limit)
  return { lines, next: found.isFull ? (lines.at(-1)?.place ?? null) : null, lookedBackTo: null }
}

/** What is older than the end of the next file may not be all. */
function stopped(lines: LogLine[], end: Date): LogPage {
  const next = { at: end.getTime(), file: afterAllFiles, offset: 0 }
  return { lines: lines.filter(({ at }) => at > end), next, lookedBackTo: end }
}

/** Adds what a file has; answers how many bytes were looked at. */
async function look(
  folder: string,
  file: LogFileName,
  { before, ...filter }: LogQuery,
  found: Newest,
): Promise<number> {
  const mayMatch = quickly(filter)
  let seen = 0
  await goThrough(folder, file, (piece, backwards) => {
    for (const { text, offset } of piece.toReversed()) {
      seen += text.length
      if (!mayMatch(text)) continue
      const line = parseLine(text, file.id, offset)
      if (!line || (before && comparePlaces(line.place, before) >= 0) || !matches(line, filter)) continue
      found.add(line)
    }
    return !backwards || !isBehind(piece, file, filter, found)
  })
  return seen
}

/** True when what stands further up in the file is too old. */
function isBehind(
  piece: { text: string; offset: number }[],
  file: LogFileName,
  { from }: LogFilter,
  found: Newest,
): boolean {
  const first = piece[0] && parseLine(piece[0].text, file.id, piece[0].offset)
  if (!first) return false
  return (found.isFull && first.at.getTime() < found.oldest.at) || (from !== undefined && first.at < from)
}

/** The newest of the lines that it is given, so many. */
class Newest {
  readonly #most: number
  /** The newest first, once `#sort` was called. */
  #lines: LogLine[] = []
  #sorted = true

  constructor(most: number) {
    this.#most = most
  }

  get lines(): LogLine[] {
    this.#sort()
    return this.#lines
  }

  get isFull(): boolean {
    return this.#lines.length >= this.#most
  }

  /** Of a full one. */
  get oldest(): Place {
    return this.lines.at(-1)?.place ?? { at: 0, file: '', offset: 0 }
  }

  add(line: LogLine): void {
    this.#lines.push(line)
    this.#sorted = false
    if (this.#lines.length >= 2 * this.#most) this.#sort()
  }

  #sort(): void {
    if (this.#sorted) return
    this.#lines.sort((a, b) => comparePlaces(b.place, a.place))
    this.#lines.length = Math.min(this.#lines.length, this.#most)
    this.#sorted = true
  }
}
