import type { Logger } from 'pino'
import type { Database, Transaction } from '../database/index.ts'
import { FileRefused, readEdits } from './edits.ts'
import { configFile, lookAt, readMirrored, readText, writeMirror } from './file.ts'
import { forgetProblem, noteProblem, repeatEvery } from './file-problems.ts'
import type { Change, SettingState } from './index.ts'
import { listed } from './listed.ts'
import { SettingsInvalid } from './refused.ts'
import { reasonOf } from './registry.ts'
import { lockRows, type Stored } from './rows.ts'

export interface MirrorParts {
  home: string
  /** The current folder. */
  folder: string
  database: Database
  log: Pick<Logger, 'info' | 'warn'>
  /** What is in force where this is stored. */
  states(stored: Stored): SettingState[]
  /** Changes what was edited, in the transaction; answers how many settings. */
  apply(tx: Transaction, stored: Stored, changes: Change[], path: string): Promise<number>
}

/** A file that was written a moment ago may not be whole yet: milliseconds. */
const settles = 250

/**
 * Keeps `user-config.json` as the database is, and takes over what is edited in it. All processes of a database
 * take turns at it, under the lock of the table, so that none takes what another writes for an edit.
 */
export class Mirror {
  readonly #parts: MirrorParts
  /** What the file and the database were when they agreed, or when the file was refused. */
  #seen = ''
  /** The file's text as it was read or written last; undefined: it can't be read. */
  #text: string | null | undefined
  #problem: { path: string; text: string; toldAt: number } | null = null

  constructor(parts: MirrorParts) {
    this.#parts = parts
  }

  /** Looks whether the file or the database has moved; cheap where neither has. */
  async look(version: number, { patient = true } = {}): Promise<void> {
    const path = configFile(this.#parts.home, this.#parts.folder)
    const { mark, age } = await lookAt(path)
    const seen = `${mark}:${version}`
    if (seen === this.#seen) return this.#repeat()
    if (patient && age < settles) return
    try {
      while (await this.#sync(path)) {}
      await this.#clear(path)
    } catch (error) {
      if (!isAboutFile(error)) throw error
      await this.#tell(path, reasonOf(error))
    }
    const { mark: now } = await lookAt(path)
    // Who saved it just after it was read moved the mark as well: it would never be looked at.
    const rests = (await readable(path)) === this.#text
    this.#seen = rests ? `${now}:${version}` : ''
  }

  /** Answers true when edits were saved: the file is then written anew, after they are kept for good. */
  async #sync(path: string): Promise<boolean> {
    const { database, states, apply } = this.#parts
    return database.transaction(async (tx) => {
      const stored = await lockRows(tx.client)
      this.#text = undefined
      const text = await readText(path)
      this.#text = text
      const mirrored = await readMirrored(path)
      if (text !== null) {
        const isSet = (configName: string) => stored.values.has(configName)
        const reading = readEdits(text, { mirrored, version: stored.version, isSet })
        if (reading.kind === 'ours' && reading.current) return false
        if (reading.kind === 'edited' && (await apply(tx, stored, reading.changes, path)) > 0) return true
      }
      const list = listed(states(stored))
      const values = Object.fromEntries(list.map(({ config_name, value }) => [config_name, value]))
      const written = `${JSON.stringify(list, null, 2)}\n`
      await writeMirror(path, written, { version: stored.version, values })
      this.#text = written
      return false
    })
  }

  async #tell(path: string, text: string): Promise<void> {
    const isNew = this.#problem?.path !== path || this.#problem.text !== text
    if (isNew) this.#parts.log.warn(`${path} is not in force: ${text}`)
    this.#problem = { path, text, toldAt: performance.now() }
    await noteProblem(this.#parts.database.pool, path, text)
  }

  /** Another process may have told the same problem before this one began: it is forgotten at the first good look. */
  async #clear(path: string): Promise<void> {
    if (this.#problem) this.#parts.log.info(`${path} is in force again`)
    this.#problem = null
    await forgetProblem(this.#parts.database.pool, path)
  }

  async #repeat(): Promise<void> {
    const problem = this.#problem
    if (!problem || performance.now() - problem.toldAt < repeatEvery) return
    problem.toldAt = performance.now()
    await noteProblem(this.#parts.database.pool, problem.path, problem.text)
  }
}

const readable = (path: string) => readText(path).catch(() => undefined)

/** Anything else, such as a database that is away, is not the file's fault. */
function isAboutFile(error: unknown): boolean {
  if (error instanceof FileRefused || error instanceof SettingsInvalid) return true
  return error instanceof Error && 'code' in error && 'path' in error && 'syscall' in error
}
