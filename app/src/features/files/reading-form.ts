import errors from './errors.ts'
import { encodings, type Settings } from './profile/report.ts'

/** A form's or a JSON body's fields about how to read a file. */
export interface ReadingForm {
  encoding?: string | null | undefined
  delimiter?: string | null | undefined
  quote?: string | null | undefined
  header?: string | boolean | null | undefined
}

/**
 * What a person set. An empty field, or `auto`, is found out.
 *
 * @throws HttpError file_settings, with what is allowed
 */
export function readingSettings({ encoding, delimiter, quote, header }: ReadingForm): Settings {
  const settings: Settings = {}
  if (isSet(encoding)) settings.encoding = encodingOf(encoding)
  if (isSet(delimiter)) settings.delimiter = character('delimiter', delimiter === 'tab' ? '\t' : delimiter)
  if (isSet(quote)) settings.quote = quote === 'none' ? null : character('quote', quote)
  if (typeof header === 'boolean') settings.header = header
  else if (isSet(header)) settings.header = booleanOf(header)
  if (settings.delimiter !== undefined && settings.delimiter === settings.quote) {
    throw refuse('The delimiter and the quote must be different characters.')
  }
  return settings
}

const isSet = (value: string | null | undefined): value is string =>
  value !== undefined && value !== null && value !== '' && value !== 'auto'

function encodingOf(given: string) {
  const known = encodings.find((each) => each === given.toLowerCase())
  if (!known)
    throw refuse(`The encoding "${given.slice(0, 40)}" is not known. Allowed: ${encodings.join(', ')}, auto.`)
  return known
}

/** One byte in UTF-8, and none that makes rows. */
function character(name: string, given: string): string {
  if (/^[\t\x20-\x7e]$/.test(given)) return given
  const or = name === 'delimiter' ? '"tab"' : '"none"'
  throw refuse(`The ${name} must be one character of ASCII, or ${or}; it is "${given.slice(0, 40)}".`)
}

function booleanOf(given: string): boolean {
  if (given === 'true' || given === 'false') return given === 'true'
  throw refuse(`The header is true, false or auto; it is "${given.slice(0, 40)}".`)
}

const refuse = (reason: string) => errors.fail('file_settings', { reason })
