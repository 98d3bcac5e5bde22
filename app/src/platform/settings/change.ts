import { isDeepStrictEqual } from 'node:util'
import type { Setting, SettingValue } from './define.ts'
import type { Change } from './index.ts'
import { type Conflict, SettingsConflict, SettingsInvalid, type Wrong } from './refused.ts'
import { type Registry, reasonOf } from './registry.ts'
import type { Stored } from './rows.ts'

/** A change that is one: `after` is not `before`. */
export interface Decided {
  setting: Setting
  before: SettingValue
  after: SettingValue
  /** What the asker saw was neither. */
  conflict: boolean
}

/**
 * What changes would do to what is stored.
 *
 * @throws SettingsInvalid
 * @throws SettingsConflict
 */
export function decide(registry: Registry, stored: Stored, changes: readonly Change[]): Decided[] {
  const wrong: Wrong[] = []
  const decided: Decided[] = []
  const names = changes.map(({ configName }) => configName)
  for (const [index, change] of changes.entries()) {
    const { configName } = change
    try {
      if (names.indexOf(configName) !== index) throw new Error('is there twice')
      const judged = judge(registry, stored, change)
      if (judged) decided.push(judged)
    } catch (error) {
      wrong.push({ configName, reason: reasonOf(error) })
    }
  }
  if (wrong.length > 0) throw new SettingsInvalid(wrong)
  const conflicts = decided.filter(({ conflict }) => conflict).map(conflictOf)
  if (conflicts.length > 0) throw new SettingsConflict(conflicts)
  return decided
}

/** Null for what changes nothing. @throws Error that ends the sentence "NAME …" */
function judge(registry: Registry, stored: Stored, { configName, value, seen }: Change): Decided | null {
  const setting = registry.find(configName)
  if (!setting) {
    const known = registry.all().map((one) => one.configName)
    throw new Error(`is no setting; there are ${known.join(', ')}`)
  }
  const after = setting.read(value)
  const locked = registry.locked(configName)
  if (locked !== undefined) {
    if (isDeepStrictEqual(after, locked)) return null
    throw new Error('is set by the environment of the program: change it there')
  }
  const before = storedValue(setting, stored)
  if (isDeepStrictEqual(after, before) || isDeepStrictEqual(after, seen)) return null
  registry.check(setting, after)
  const conflict = seen !== undefined && !isDeepStrictEqual(seen, before)
  return { setting, before, after, conflict }
}

const conflictOf = ({ setting, before }: Decided): Conflict => ({
  configName: setting.configName,
  now: before,
})

/** What the database says, else the default; also where what is stored is not allowed any more. */
export function storedValue(setting: Setting, { values }: Stored): SettingValue {
  if (!values.has(setting.configName)) return setting.default
  try {
    return setting.read(values.get(setting.configName))
  } catch {
    return setting.default
  }
}
