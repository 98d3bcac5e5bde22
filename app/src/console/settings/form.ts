import type { Change, Setting, SettingState, SettingValue } from '../../platform/settings/index.ts'

/** The fields of the page's form, as a browser sends them. */
export type Fields = Record<string, string | string[]>

/** A hidden field beside each setting's: the value that the person saw, as JSON. */
export const seenField = (configName: string) => `seen.${configName}`

/** A setting's value as its field shows it. */
export const textOf = (value: SettingValue): string =>
  Array.isArray(value) ? value.join('\n') : String(value)

/** What its field shows: what was typed, where it was not taken; else what is in force by now. */
export function shownIn(fields: Fields, { setting, value }: SettingState): string {
  const typed = typedIn(fields, setting)
  const seen = seenIn(fields, setting)
  const isTyped = typed !== null && (seen === undefined || sameLines(typed) !== textOf(seen))
  return isTyped ? typed : textOf(value)
}

/** The changes that a form asks for; what the environment fixes has no field. */
export function changesIn(fields: Fields, states: readonly SettingState[]): Change[] {
  return states.flatMap(({ setting }) => {
    const typed = typedIn(fields, setting)
    if (typed === null) return []
    const value = setting.type === 'list' ? sameLines(typed).split('\n') : typed
    return [{ configName: setting.configName, value, seen: seenIn(fields, setting) }]
  })
}

function typedIn(fields: Fields, { configName }: Setting): string | null {
  const [typed = null] = [fields[configName] ?? []].flat()
  return typed
}

function seenIn(fields: Fields, setting: Setting): SettingValue | undefined {
  const text = fields[seenField(setting.configName)]
  if (typeof text !== 'string') return undefined
  try {
    return setting.read(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Browsers send lines as on paper: return, then feed. */
const sameLines = (text: string) => text.replaceAll('\r\n', '\n')
