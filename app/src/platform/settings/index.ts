import type { Setting, SettingValue } from './define.ts'
import type { FileProblem } from './file-problems.ts'

export { defineSettings, type Setting, type SettingValue, setting } from './define.ts'
export type { FileProblem } from './file-problems.ts'
export { ownSettings } from './own.ts'
export { type Conflict, SettingsConflict, SettingsInvalid, type Wrong } from './refused.ts'

/** Where a value comes from: the first of these that has one. */
export type Source = 'environment' | 'database' | 'default'

/** A setting as it is now in this process. */
export interface SettingState {
  setting: Setting
  value: SettingValue
  source: Source
}

/** What somebody wants. */
export interface Change {
  configName: string
  /** Read by the setting: text is fine. */
  value: unknown
  /** What they saw before they changed it; when it is something else by now, nothing is saved. */
  seen?: SettingValue | undefined
}

/** Who wants it. */
export interface Author {
  /** An account's id; null for whoever edited the file. */
  accountId: string | null
  /** The file, where it is one. */
  file?: string | undefined
  correlationId?: string | undefined
}

/** The program's settings, as they are in force in this process. */
export interface Settings {
  /** What is in force now: ask when it is needed, and keep no copy. */
  get<Value extends SettingValue>(setting: Setting<Value>): Value
  /** All of them, in the order in which they were added. */
  all(): SettingState[]
  /** The same, once the database was asked: also what another process saved a moment ago. */
  latest(): Promise<SettingState[]>
  /**
   * Saves all of it, or nothing; what is as it was is no change. Each change is an event, in force here at once
   * and everywhere within 2 s. Answers what was changed.
   *
   * @throws SettingsInvalid 422, one reason a setting
   * @throws SettingsConflict 409, where somebody changed what was `seen`
   */
  change(changes: Change[], by: Author): Promise<Setting[]>
  /** What is wrong with the files of all machines, newest first. */
  problems(): Promise<FileProblem[]>
  /**
   * Adds settings. At start, before anybody asks for them.
   *
   * @throws Error when a definition is wrong or there twice
   * @throws ConfigError that names every one that the environment sets to what it can't be
   */
  add(settings: readonly Setting[]): void
  /**
   * A change is also asked of this, which knows more than the value alone: `check` throws an Error whose message ends the
   * sentence "NAME …". One for each setting.
   */
  alsoCheck<Value extends SettingValue>(setting: Setting<Value>, check: (value: Value) => void): void
  /** Reads what is set, takes over what was edited in the file, and keeps at both until `stop`. */
  start(): Promise<void>
  stop(): Promise<void>
}
