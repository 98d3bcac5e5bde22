import { isAbsolute, normalize, parse } from 'node:path'
import { cacheTypes, readCacheType } from '../cache/types.ts'
import { defineSettings, setting } from './define.ts'

/** A thousand million calls are no limit any more. */
const most = 1_000_000_000

/** The platform's own settings. */
export const ownSettings = defineSettings({
  organisationName: setting.text('ORGANISATION_NAME', {
    name: 'Name of the organisation',
    description: 'Stands in letters and messages; empty leaves it out.',
    section: 'Organisation',
    default: '',
  }),
  timeZone: setting.text('TIME_ZONE', {
    name: 'Time zone',
    description:
      "The organisation's zone: an IANA name, such as Europe/London. Where a day begins, and the zone of schedules that name none.",
    section: 'Organisation',
    default: 'UTC',
    check: timeZone,
  }),
  hourlyLimit: setting.number('HOURLY_LIMIT', {
    name: 'Calls an hour',
    description: 'Calls that each account, key or address may make in an hour.',
    section: 'Limits',
    default: 240,
    rules: { least: 1, most },
  }),
  dailyLimit: setting.number('DAILY_LIMIT', {
    name: 'Calls a day',
    description: 'Calls that each account, key or address may make in a day.',
    section: 'Limits',
    default: 1_000,
    rules: { least: 1, most },
  }),
  cacheType: {
    ...setting.choice('CACHE_TYPE', {
      name: 'Cache',
      description:
        'Where results that cost much to make are kept. Redis and memcached need an entry in _cache_config.json.',
      section: 'Storage',
      default: 'FileSystemCache',
      choices: cacheTypes,
    }),
    read: readCacheType,
  },
  maintenance: setting.boolean('MAINTENANCE', {
    name: 'Maintenance',
    description:
      'While it is on, pages and calls are answered for administrators alone, and everybody else is told to come later. Jobs go on.',
    section: 'Operation',
    default: false,
  }),
  outputRoots: setting.list('OUTPUT_ROOTS', {
    name: 'Output folders',
    description: 'Folders, by their absolute paths, in which results may be put.',
    section: 'Storage',
    default: [],
    rules: { entry: folder },
  }),
  outputFolder: setting.text('OUTPUT_FOLDER', {
    name: 'Folder for copies',
    description:
      'Where workers put a copy of each result: a folder in one of the output folders. Empty: nowhere.',
    section: 'Storage',
    default: '',
    check: (text) => (text === '' ? '' : folder(text)),
  }),
})

function timeZone(text: string): string {
  try {
    if (/^[A-Za-z]/.test(text)) {
      new Intl.DateTimeFormat('en', { timeZone: text })
      return text
    }
  } catch {
    // Told below.
  }
  throw new Error(`must be the IANA name of a time zone, such as Europe/London or UTC, not "${text}"`)
}

function folder(text: string): string {
  if (!isAbsolute(text)) throw new Error(`must hold absolute paths, such as /srv/letters, not "${text}"`)
  const path = normalize(text)
  if (path === parse(path).root) throw new Error('must not hold the root of a disk: name a folder in it')
  return path.length > 1 ? path.replace(/[/\\]+$/, '') : path
}
