import { setInterval } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { EventLog } from '../../eventlog/index.ts'
import type { Config } from '../config/index.ts'
import type { Database, Transaction } from '../database/index.ts'
import { type Decided, decide, storedValue } from './change.ts'
import type { Setting, SettingValue } from './define.ts'
import { settingEvents } from './events.ts'
import { readProblems } from './file-problems.ts'
import type { Author, Change, SettingState, Settings } from './index.ts'
import { Mirror } from './mirror.ts'
import { ownSettings } from './own.ts'
import { Registry } from './registry.ts'
import { lockRows, readRows, type Stored, writeRow } from './rows.ts'

export interface SettingsParts {
  config: Pick<Config, 'home' | 'environment'>
  database: Database
  events: Pick<EventLog, 'process'>
  log: Pick<Logger, 'info' | 'warn'>
  /** Where a `user-config.json` is looked for before the home; default the current folder. */
  folder?: string
}

/** Milliseconds between two looks at database and file: one and another's are over within 2 s. */
const beat = 600

/** The settings with the platform's own; nothing is read before `start`. */
export function createSettings(parts: SettingsParts): Settings {
  const settings = new StoredSettings(parts)
  settings.add(Object.values(ownSettings))
  return settings
}

class StoredSettings implements Settings {
  readonly #parts: SettingsParts
  readonly #registry: Registry
  readonly #mirror: Mirror
  readonly #ended = new AbortController()
  #stored: Stored = { version: 0, values: new Map() }
  #inForce = new Map<string, SettingState>()
  #read: Promise<void> = Promise.resolve()
  #loop: Promise<void> | undefined
  #failing = false

  constructor(parts: SettingsParts) {
    this.#parts = parts
    this.#registry = new Registry(parts.config.environment)
    const { config, database, log, folder = process.cwd() } = parts
    this.#mirror = new Mirror({
      home: config.home,
      folder,
      database,
      log,
      states: (stored) => this.#states(stored),
      apply: async (tx, stored, changes, file) =>
        (await this.#apply(tx, stored, changes, { accountId: null, file })).length,
    })
  }

  add(settings: readonly Setting[]): void {
    this.#registry.add(settings)
    this.#take(this.#stored)
  }

  get<Value extends SettingValue>(setting: Setting<Value>): Value {
    if (!this.#registry.has(setting)) {
      throw new Error(`The setting ${setting.configName} is not known: export it from a settings.ts.`)
    }
    const value = this.#inForce.get(setting.configName)?.value
    return value !== undefined && setting.holds(value) ? value : setting.default
  }

  all(): SettingState[] {
    return [...this.#inForce.values()]
  }

  async latest(): Promise<SettingState[]> {
    await this.#refresh()
    return this.all()
  }

  async change(changes: Change[], by: Author): Promise<Setting[]> {
    const decided = await this.#parts.database.transaction(async (tx) =>
      this.#apply(tx, await lockRows(tx.client), changes, by),
    )
    await this.#refresh()
    return decided.map(({ setting }) => setting)
  }

  problems() {
    return readProblems(this.#parts.database.pool)
  }

  alsoCheck<Value extends SettingValue>(setting: Setting<Value>, check: (value: Value) => void): void {
    this.#registry.alsoCheck(setting.configName, (value) => {
      if (setting.holds(value)) check(value)
    })
  }

  async start(): Promise<void> {
    await this.#look({ patient: false })
    this.#loop = this.#keepLooking()
  }

  async stop(): Promise<void> {
    this.#ended.abort()
    await this.#loop
  }

  async #keepLooking(): Promise<void> {
    const { signal } = this.#ended
    try {
      for await (const _ of setInterval(beat, undefined, { signal, ref: false })) await this.#lookOn()
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** Where the database is away, what was in force stays so. */
  async #lookOn(): Promise<void> {
    try {
      await this.#look({ patient: true })
      this.#failing = false
    } catch (error) {
      if (!this.#failing)
        this.#parts.log.warn({ err: error }, 'the settings could not be looked at; they stay')
      this.#failing = true
    }
  }

  async #look(options: { patient: boolean }): Promise<void> {
    await this.#refresh()
    await this.#mirror.look(this.#stored.version, options)
    await this.#refresh()
  }

  /** One reading after the other, so that an older one never covers a newer one. */
  #refresh(): Promise<void> {
    const reading = this.#read
      .catch(() => {})
      .then(async () => {
        const stored = await readRows(this.#parts.database.pool)
        if (stored.version !== this.#stored.version) this.#take(stored)
      })
    this.#read = reading
    return reading
  }

  #take(stored: Stored): void {
    this.#stored = stored
    this.#inForce = new Map(this.#states(stored).map((state) => [state.setting.configName, state]))
  }

  #states(stored: Stored): SettingState[] {
    return this.#registry.all().map((setting) => {
      const locked = this.#registry.locked(setting.configName)
      if (locked !== undefined) return { setting, value: locked, source: 'environment' }
      const isSet = stored.values.has(setting.configName)
      return { setting, value: storedValue(setting, stored), source: isSet ? 'database' : 'default' }
    })
  }

  async #apply(tx: Transaction, stored: Stored, changes: Change[], by: Author): Promise<Decided[]> {
    const decided = decide(this.#registry, stored, changes)
    for (const { setting, before, after } of decided) {
      const { configName } = setting
      const version = stored.version + 1
      await writeRow(tx.client, { configName, value: after, version, changedBy: by.accountId })
      await this.#parts.events.process(tx.client, { kind: 'setting', id: configName }, settingEvents, {
        createdBy: by.accountId,
        chosenBy: 'program',
        correlationId: by.correlationId,
        context: { before, after, ...(by.file ? { file: by.file } : {}) },
      })
    }
    return decided
  }
}
