import {
  booleanFrom,
  choiceFrom,
  type ListRules,
  listFrom,
  type NumberRules,
  numberFrom,
  textFrom,
} from './read.ts'

export type SettingValue = string | number | boolean | string[]

/** What people may set while the program runs. */
export interface Setting<Value extends SettingValue = SettingValue> extends About {
  /** How environment, file and calls name it: `HOURLY_LIMIT`. */
  configName: string
  type: 'string' | 'number' | 'boolean' | 'list'
  default: Value
  /** Where only these are allowed. */
  choices: readonly string[] | null
  /**
   * Reads what came from outside; also text, as the environment and forms have it.
   *
   * @throws Error whose message ends the sentence "NAME …"
   */
  read(value: unknown): Value
  /** True for a value that `read` may have answered. */
  holds(value: SettingValue): value is Value
}

interface About {
  /** For people: "Hourly limit". */
  name: string
  /** One or two sentences: what it does, in which unit. */
  description: string
  /** The heading under which the page shows it. */
  section: string
}

interface Given<Value> extends About {
  default: Value
  /** Answers the value to keep. Throws an Error whose message ends the sentence "NAME …". */
  check?(value: Value): Value
}

const isText = (value: SettingValue): value is string => typeof value === 'string'

/** A setting of each type. */
export const setting = {
  text: (configName: string, { check, ...given }: Given<string>): Setting<string> => ({
    ...given,
    configName,
    type: 'string',
    choices: null,
    read: checked(textFrom, check),
    holds: isText,
  }),
  choice: (
    configName: string,
    { choices, check, ...given }: Given<string> & { choices: readonly string[] },
  ): Setting<string> => ({
    ...given,
    configName,
    type: 'string',
    choices,
    read: checked(choiceFrom(choices), check),
    holds: isText,
  }),
  number: (
    configName: string,
    { rules, check, ...given }: Given<number> & { rules: NumberRules },
  ): Setting<number> => ({
    ...given,
    configName,
    type: 'number',
    choices: null,
    read: checked(numberFrom(rules), check),
    holds: (value) => typeof value === 'number',
  }),
  boolean: (configName: string, { check, ...given }: Given<boolean>): Setting<boolean> => ({
    ...given,
    configName,
    type: 'boolean',
    choices: null,
    read: checked(booleanFrom, check),
    holds: (value) => typeof value === 'boolean',
  }),
  list: (
    configName: string,
    { rules = {}, check, ...given }: Given<string[]> & { rules?: ListRules },
  ): Setting<string[]> => ({
    ...given,
    configName,
    type: 'list',
    choices: null,
    read: checked(listFrom(rules), check),
    holds: (value) => Array.isArray(value),
  }),
}

const checked =
  <Value>(read: (value: unknown) => Value, check?: (value: Value) => Value) =>
  (value: unknown) =>
    check ? check(read(value)) : read(value)

/** What `settings.ts` of a feature exports by default: its settings, by the names that its code has for them. */
export function defineSettings<Settings extends Record<string, Setting>>(settings: Settings): Settings {
  return settings
}

/** How a setting is called where ids are wanted: `hourly-limit`. */
export const idOf = ({ configName }: Setting): string => configName.toLowerCase().replaceAll('_', '-')
