import type { IncomingHttpHeaders } from 'node:http'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Asker } from '../platform/accounts/asker.ts'
import { may, type Permission } from '../platform/accounts/permissions.ts'

/** For whom a page is written. */
export interface Person {
  /** IANA name. */
  zone: string
  /** For numbers. */
  locale: string
  /** Whether a page shows them what needs this. The route's guard is what holds. */
  may(permission: Permission): boolean
  /** For their forms; null where none is asked for. */
  formToken: string | null
}

/** The little of a request that tells who reads its answer. */
export interface PersonRequest {
  headers: IncomingHttpHeaders
  asker: Asker | null
  server: { formToken(asker: Asker | null): string | null }
}

/** Whoever it may be: nothing of theirs is known, so that all of this locale can be shown the same. */
export const anyone = (locale: string): Person => ({ ...unknown, locale })

const unknown: Person = { zone: 'UTC', locale: 'en', may: () => false, formToken: null }

const PersonContext = createContext(unknown)

/** Around everything that is rendered. */
export const PersonProvider = PersonContext.Provider
export const usePerson = (): Person => useContext(PersonContext)

/**
 * The zone is a cookie that `assets/time.js` sets, so that the first paint is right from the second page on;
 * without it times are in UTC and say so.
 */
export function personOf({ headers, asker, server }: PersonRequest): Person {
  return {
    zone: knownZone(/(?:^|;\s*)zone=([^;]+)/.exec(headers.cookie ?? '')?.[1]) ?? unknown.zone,
    locale: knownLocale(headers['accept-language']?.split(/[,;]/)[0]?.trim()) ?? unknown.locale,
    may: (permission) => may(asker, permission),
    formToken: server.formToken(asker),
  }
}

function knownZone(name: string | undefined): string | undefined {
  if (!name) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: decodeURIComponent(name) }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

function knownLocale(tag: string | undefined): string | undefined {
  if (!tag) return undefined
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag)[0]
  } catch {
    return undefined
  }
}

/** The last midnight in a zone, where "today" begins. */
export function midnight(now: Date, zone: string): Date {
  const { year, month, day } = partsOf(now, zone)
  const wall = Date.UTC(year, month - 1, day)
  // The zone's distance from UTC is not the same at midnight as now on two days of a year: look twice.
  const near = wall - distance(new Date(wall), zone)
  return new Date(wall - distance(new Date(near), zone))
}

const distance = (at: Date, zone: string) => {
  const { year, month, day, hour, minute, second } = partsOf(at, zone)
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at.getTime() / 1_000) * 1_000
}

function partsOf(at: Date, zone: string) {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((each) => each.type === type)?.value ?? 0)
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  }
}
