import { ConfigError, wrongSettings } from '../config/wrong.ts'
import type { Setting, SettingValue } from './define.ts'
import { fromEnvironment } from './from-environment.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** All settings that there are, and which of them the environment fixes. */
export class Registry {
  readonly #env: Environment
  readonly #settings = new Map<string, Setting>()
  readonly #locked = new Map<string, SettingValue>()
  readonly #checks = new Map<string, (value: SettingValue) => void>()

  constructor(env: Environment) {
    this.#env = env
  }

  /**
   * @throws Error when a definition is wrong or there twice
   * @throws ConfigError that names every setting that the environment sets to what it can't be
   */
  add(settings: readonly Setting[]): void {
    for (const setting of settings) this.#define(setting)
    const wrong = settings.flatMap((setting) => this.#lock(setting))
    if (wrong.length > 0) throw new ConfigError(wrongSettings(wrong))
  }

  all(): Setting[] {
    return [...this.#settings.values()]
  }

  find(configName: string): Setting | undefined {
    return this.#settings.get(configName)
  }

  has(setting: Setting): boolean {
    return this.#settings.get(setting.configName) === setting
  }

  /** What the environment says; undefined where it says nothing. */
  locked(configName: string): SettingValue | undefined {
    return this.#locked.get(configName)
  }

  alsoCheck(configName: string, check: (value: SettingValue) => void): void {
    this.#checks.set(configName, check)
  }

  /** @throws Error that ends the sentence "NAME …" */
  check({ configName }: Setting, value: SettingValue): void {
    this.#checks.get(configName)?.(value)
  }

  #define(setting: Setting): void {
    const { configName } = setting
    if (!/^[A-Z][A-Z0-9_]{0,79}$/.test(configName))
      throw new Error(`The setting "${configName}" needs a name of A-Z, 0-9 and _, such as GREETING.`)
    if (this.#settings.has(configName)) throw new Error(`There is a setting ${configName} already.`)
    try {
      setting.read(setting.default)
    } catch (error) {
      throw new Error(`The default of ${configName} is not allowed: it ${reasonOf(error)}.`, { cause: error })
    }
    this.#settings.set(configName, setting)
  }

  #lock(setting: Setting): string[] {
    const { value, wrong } = fromEnvironment(this.#env, setting)
    if (value !== undefined) this.#locked.set(setting.configName, value)
    return wrong === undefined ? [] : [wrong]
  }
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
