import type { Setting, SettingValue } from './define.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What the environment says of a setting: a value, a sentence that it is wrong, or nothing. */
export function fromEnvironment(
  env: Environment,
  setting: Setting,
): { value?: SettingValue; wrong?: string } {
  const text = env[setting.configName]?.trim()
  if (!text) return {}
  try {
    return { value: setting.read(text) }
  } catch (error) {
    return { wrong: `${setting.configName} ${error instanceof Error ? error.message : error}.` }
  }
}
