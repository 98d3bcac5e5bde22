export interface NumberRules {
  least: number
  most: number
  /** Default: whole numbers only. */
  fractions?: boolean
}

export interface ListRules {
  /** Looks at each entry, and answers the one to keep. */
  entry?(text: string): string
}

const longestText = 1_000
const mostEntries = 100

export function textFrom(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`must be a text, not ${shown(value)}`)
  const text = value.trim()
  if (text.length > longestText) throw new Error(`has ${text.length} letters; ${longestText} are allowed`)
  if (hasControls(text)) throw new Error('must be one line, without control characters')
  return text
}

const hasControls = (text: string) => [...text].some((letter) => letter < ' ' || letter === '\x7f')

export const choiceFrom = (choices: readonly string[]) => (value: unknown) => {
  if (typeof value === 'string' && choices.includes(value.trim())) return value.trim()
  throw new Error(`must be one of ${choices.join(', ')}, not ${shown(value)}`)
}

export const numberFrom =
  ({ least, most, fractions = false }: NumberRules) =>
  (value: unknown) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    const fits = typeof number === 'number' && number >= least && number <= most
    if (fits && (fractions || Number.isInteger(number))) return number
    throw new Error(
      `must be a ${fractions ? '' : 'whole '}number from ${least} to ${most}, not ${shown(value)}`,
    )
  }

const words = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
])

export function booleanFrom(value: unknown): boolean {
  const read = typeof value === 'string' ? words.get(value.trim().toLowerCase()) : value
  if (typeof read === 'boolean') return read
  throw new Error(`must be true or false, not ${shown(value)}`)
}

/** A list, or text with commas. Empty entries and repeats are left out. */
export const listFrom =
  ({ entry = (text) => text }: ListRules) =>
  (value: unknown) => {
    const entries = typeof value === 'string' ? value.split(',') : value
    if (!Array.isArray(entries)) throw new Error(`must be a list of texts, not ${shown(value)}`)
    const texts = entries.map(textFrom).filter((text) => text !== '')
    if (texts.length > mostEntries) throw new Error(`has ${texts.length} entries; ${mostEntries} are allowed`)
    return [...new Set(texts.map(entry))]
  }

/** What somebody gave, short enough to be repeated. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
