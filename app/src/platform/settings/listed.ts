import { idOf, type SettingValue } from './define.ts'
import type { SettingState } from './index.ts'

/** A setting as calls and files have it. */
export interface Listed {
  id: string
  name: string
  config_name: string
  description: string
  type: 'string' | 'number' | 'boolean' | 'list'
  value: SettingValue
  choices?: string[]
}

/** The array of `GET /settings` and of `user-config.json`. */
export const listed = (states: readonly SettingState[]): Listed[] =>
  states.map(({ setting, value }) => ({
    id: idOf(setting),
    name: setting.name,
    config_name: setting.configName,
    description: setting.description,
    type: setting.type,
    value,
    ...(setting.choices ? { choices: [...setting.choices] } : {}),
  }))
