import { errors, HttpError } from '../errors/index.ts'
import type { SettingValue } from './define.ts'

/** What is wrong about one setting. */
export interface Wrong {
  configName: string
  /** Ends the sentence "NAME …". */
  reason: string
}

/** Nothing was saved: values are wrong. */
export class SettingsInvalid extends HttpError {
  readonly wrong: Wrong[]

  constructor(wrong: Wrong[]) {
    const { status } = errors.table.settings_invalid
    const details = wrong.map(({ configName: field, reason }) => ({ field, message: `${reason}.` }))
    const message = wrong.map(({ configName, reason }) => `${configName} ${reason}.`).join(' ')
    super(status, 'settings_invalid', `${message} Nothing was saved.`, { details })
    this.wrong = wrong
  }
}

/** Somebody set the same setting to something else meanwhile. */
export interface Conflict {
  configName: string
  now: SettingValue
}

/** Nothing was saved: somebody else was faster. */
export class SettingsConflict extends HttpError {
  readonly conflicts: Conflict[]

  constructor(conflicts: Conflict[]) {
    const { status } = errors.table.settings_conflict
    const details = conflicts.map(({ configName: field, now }) => ({ field, now }))
    const told = conflicts.map(({ configName, now }) => `${configName} is ${JSON.stringify(now)} now.`)
    super(
      status,
      'settings_conflict',
      `Somebody else changed this meanwhile: ${told.join(' ')} Nothing was saved.`,
      {
        details,
      },
    )
    this.conflicts = conflicts
  }
}
