import { isDeepStrictEqual } from 'node:util'
import { digestOf, isRecord, type Mirrored } from './file.ts'
import type { Change } from './index.ts'

/** The file can't be taken over; the message says why and what to do. */
export class FileRefused extends Error {
  override name = 'FileRefused'
}

/** What a file's text means for the settings. */
export type Reading = { kind: 'ours'; current: boolean } | { kind: 'edited'; changes: Change[] }

/** What the text is read against. */
export interface Known {
  /** What was written last; null: nobody knows, as where the file was brought along. */
  mirrored: Mirrored | null
  /** The version of the database. */
  version: number
  /** Whether the database has a value of its own. */
  isSet(configName: string): boolean
}

/**
 * Finds what somebody edited: entries whose value is another than the program wrote. What was brought along, and
 * never written here, says only what nobody has set yet: an old copy takes nothing back.
 *
 * @throws FileRefused with a sentence, when the text is no such array
 */
export function readEdits(text: string, { mirrored, version, isSet }: Known): Reading {
  const digest = digestOf(text)
  if (mirrored?.known.includes(digest)) {
    return { kind: 'ours', current: mirrored.known[0] === digest && mirrored.version === version }
  }
  const entries = entriesOf(text)
  const touched = mirrored
    ? ({ configName, value }: Change) => !isDeepStrictEqual(value, mirrored.values[configName])
    : ({ configName }: Change) => !isSet(configName)
  return { kind: 'edited', changes: entries.filter(touched) }
}

function entriesOf(text: string): Change[] {
  const list = parsed(text)
  if (!Array.isArray(list)) throw new FileRefused('It must be an array, as GET /settings answers it.')
  return list.map((entry: unknown, index) => {
    if (isRecord(entry) && typeof entry.config_name === 'string' && 'value' in entry) {
      return { configName: entry.config_name, value: entry.value }
    }
    throw new FileRefused(`Its entry ${index + 1} needs a config_name and a value.`)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FileRefused(`It is no JSON: ${error instanceof Error ? error.message : error}.`, {
      cause: error,
    })
  }
}
