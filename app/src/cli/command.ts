/** An option of a command, as `--name VALUE` or `--name`. */
export interface Option {
  /** One sentence for `help`. */
  meaning: string
  /** Name of its value, as in `--queues a,b`; a flag has none. */
  value?: string
  /** One letter, as in `-m "what"`. */
  short?: string
}

/** What was given of a command's options, and its operand by its name. */
export type Given = ReadonlyMap<string, string>

/** One command: a thin file that reads its options and calls `compose`. */
export interface Command {
  /** One sentence for `help`. */
  summary: string
  options: Record<string, Option>
  /** The word that stands behind it, as in `accounts link EMAIL`; most have none. */
  operand?: string
  /** Answers the exit status. */
  run(given: Given): Promise<number>
}

/** What was typed can't be meant; `message` says what can. Exit status 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}
