import type { AnyEvents, EventCode } from './define.ts'
import { EventError } from './error.ts'
import { eventRoles, eventTypes, levels } from './types.ts'

const definitionProperties = ['key', 'codes', 'chooseCode']
const required = ['type', 'level', 'selectableBy', 'description', 'stopsTimer'] as const
const optional = ['order', 'setRequiresActionBy'] as const
const known: string[] = [...required, ...optional]

/**
 * Refuses what types can't: definitions of programs without types, and values made at run time.
 *
 * @param file where it stands, for the sentence
 * @throws EventError event_registration that names file, key and code
 */
export function checkDefinition(value: unknown, file: string): asserts value is AnyEvents {
  const wrong = wrongWithDefinition(value)
  if (wrong) throw new EventError('event_registration', `${file}: ${wrong}.`)
}

function wrongWithDefinition(value: unknown): string | null {
  if (!isObject(value)) return 'an export is no event; make it by defineEvents({ key, codes })'
  const { key, codes, chooseCode } = value
  if (typeof key !== 'string' || key === '') return "an event has no key; give one, as key: 'reject_case'"
  const event = `the event "${key}"`
  if (!/^[A-Za-z][\w-]{0,79}$/.test(key)) {
    return `${event} has a key that is not up to 80 letters, digits, _ and -, a letter first`
  }
  const strange = Object.keys(value).find((name) => !definitionProperties.includes(name))
  if (strange)
    return `${event} has the unknown property "${strange}"; known are ${definitionProperties.join(', ')}`
  if (chooseCode !== undefined && typeof chooseCode !== 'function')
    return `${event} has a chooseCode that is not a function`
  if (!isObject(codes) || Object.keys(codes).length === 0) return `${event} has no codes; give one at least`
  for (const [code, attributes] of Object.entries(codes)) {
    const wrong = wrongWithCode(code, attributes)
    if (wrong) return `${event}, code "${code}", ${wrong}`
  }
  return null
}

/** What is wrong with a code, as the end of a sentence; null when nothing is. */
function wrongWithCode(code: string, attributes: unknown): string | null {
  if (code === '' || code.length > 80) return 'must have 1 to 80 letters'
  if (!isObject(attributes)) return 'is not an object of properties'
  const missing = required.find((name) => attributes[name] === undefined)
  if (missing) return `lacks the property "${missing}"`
  const strange = Object.keys(attributes).find((name) => !known.includes(name))
  if (strange) return `has the unknown property "${strange}"; known are ${known.join(', ')}`
  for (const name of known) {
    const wrong = checks[name]?.(attributes[name])
    if (wrong) return wrong
  }
  return null
}

const among = (name: string, allowed: readonly string[]) => (value: unknown) =>
  typeof value === 'string' && allowed.includes(value)
    ? null
    : `has the unknown ${name} "${String(value)}"; known are ${allowed.join(', ')}`

const checks: Record<string, (value: unknown) => string | null> = {
  type: among('type', eventTypes),
  level: among('level', Object.keys(levels)),
  selectableBy: (value) => {
    if (!Array.isArray(value)) return 'has a selectableBy that is no list of roles; [] means anyone'
    const isRole = among('role', eventRoles)
    return value.map(isRole).find((wrong) => wrong !== null) ?? null
  },
  description: (value) =>
    typeof value === 'string' && value.trim() !== '' ? null : 'has no description for people',
  stopsTimer: (value) =>
    typeof value === 'boolean' ? null : 'has a stopsTimer that is neither true nor false',
  order: (value) =>
    value === undefined || Number.isInteger(value)
      ? null
      : `has the order "${String(value)}", no whole number`,
  setRequiresActionBy: (value) =>
    value === undefined || value === null || typeof value === 'string' || typeof value === 'function'
      ? null
      : 'has a setRequiresActionBy that is neither text, null nor a function',
} satisfies Record<keyof EventCode, (value: unknown) => string | null>

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
