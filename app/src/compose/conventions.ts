import type { ConsolePart } from '../console/part.ts'
import type { Context } from '../platform/context.ts'
import type { Errors } from '../platform/errors/index.ts'
import type { Routes } from '../platform/http/index.ts'
import type { Setting } from '../platform/settings/index.ts'
import type { FoundEvents } from './discover-events.ts'

/** What a feature may bring, by the names of its files: `jobs.ts` brings `jobs`. */
export interface Feature {
  name: string
  /** Absolute path. */
  folder: string
  jobs?: (context: Context) => object
  routes?: Routes
  console?: ConsolePart
  errors?: Errors
  settings?: Record<string, Setting>
  events?: FoundEvents
}

export const conventions = ['jobs', 'routes', 'console', 'errors', 'settings'] as const
export type Convention = (typeof conventions)[number]

/** What each file's default export has to be, for whoever exported something else. */
export const wanted: Record<Convention, string> = {
  jobs: 'defineJobs((context) => ({ … }))',
  routes: 'a function (app, context) that adds routes',
  console: 'an object with navigation, overview or assets',
  errors: 'defineErrors({ … })',
  settings: 'defineSettings({ … })',
}

/** Takes a file's default export into the feature; false when it is the wrong thing. */
export function take(feature: Feature, convention: Convention, value: unknown): boolean {
  switch (convention) {
    case 'jobs':
      return isFunction<NonNullable<Feature['jobs']>>(value) && set(feature, 'jobs', value)
    case 'routes':
      return isFunction<Routes>(value) && set(feature, 'routes', value)
    case 'console':
      return isConsolePart(value) && set(feature, 'console', value)
    case 'errors':
      return isErrors(value) && set(feature, 'errors', value)
    case 'settings':
      return isSettings(value) && set(feature, 'settings', value)
  }
}

function set<Key extends Convention>(feature: Feature, key: Key, value: NonNullable<Feature[Key]>): true {
  feature[key] = value
  return true
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// What a function takes can't be seen at run time; its first call tells.
const isFunction = <F>(value: unknown): value is F => typeof value === 'function'

const partKeys = new Set(['navigation', 'overview', 'assets'])

function isConsolePart(value: unknown): value is ConsolePart {
  if (!isObject(value) || !Object.keys(value).every((key) => partKeys.has(key))) return false
  const isList = (list: unknown) => list === undefined || Array.isArray(list)
  return (
    isList('navigation' in value ? value.navigation : undefined) &&
    isList('overview' in value ? value.overview : undefined)
  )
}

function isErrors(value: unknown): value is Errors {
  if (!isObject(value) || !('table' in value) || !('fail' in value)) return false
  return isObject(value.table) && typeof value.fail === 'function'
}

const isSettings = (value: unknown): value is Record<string, Setting> =>
  isObject(value) && Object.values(value).length > 0 && Object.values(value).every(isSetting)

const isSetting = (value: unknown): boolean =>
  isObject(value) && 'configName' in value && 'read' in value && isFunction(value.read)
