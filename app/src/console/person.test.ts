import type { IncomingHttpHeaders } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Asker } from '../platform/accounts/asker.ts'
import { askerFor } from '../platform/accounts/testing.ts'
import { clock } from './assets/format.js'
import { midnight, personOf } from './person.ts'

const read = (headers: IncomingHttpHeaders, asker: Asker | null = null) =>
  personOf({ headers, asker, server: { formToken: (one) => one?.sessionId ?? null } })

describe('A person', () => {
  it('is read from the zone cookie and the language of the browser', () => {
    const headers = { cookie: 'theme=dark; zone=Europe%2FLondon', 'accept-language': 'de-CH,de;q=0.9' }
    expect(read(headers)).toMatchObject({ zone: 'Europe/London', locale: 'de-CH' })
  })

  it('is in UTC and reads English numbers where nothing is known, or nothing that is true', () => {
    expect(read({})).toMatchObject({ zone: 'UTC', locale: 'en' })
    for (const zone of ['Mars/Base', '%E0%A4%A', '<script>', ''])
      expect(read({ cookie: `zone=${zone}` }).zone).toBe('UTC')
    for (const language of ['*', 'not a tag', '🙂'])
      expect(read({ 'accept-language': language }).locale).toBe('en')
  })

  it('is shown what their role may, and has tokens for their forms by their session', () => {
    const operator = read({}, askerFor({ role: 'operator', via: 'session', session: 's-7' }))
    expect([operator.may('jobs.cancel'), operator.may('settings.edit')]).toEqual([true, false])
    expect(operator.formToken).toBe('s-7')
    const nobody = read({})
    expect([nobody.may('jobs.read'), nobody.formToken]).toEqual([false, null])
  })
})

describe('Midnight', () => {
  it('is found on the days when the clocks change', () => {
    const at = (now: string, zone: string) => midnight(new Date(now), zone).toISOString()
    expect(at('2026-03-29T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000Z')
    expect(at('2026-10-25T12:00:00Z', 'Europe/Berlin')).toBe('2026-10-24T22:00:00.000Z')
    expect(at('2026-11-01T20:00:00Z', 'America/Denver')).toBe('2026-11-01T06:00:00.000Z')
  })

  it('is the last one, in any zone at any time', () => {
    const zones = ['UTC', 'Asia/Kolkata', 'America/New_York', 'Pacific/Auckland', 'Australia/Lord_Howe']
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.date({ min: new Date('2000-01-01'), max: new Date('2060-01-01'), noInvalidDate: true }),
        (zone, now) => {
          const start = midnight(now, zone)
          expect(clock(start, zone)).toBe('00:00:00')
          expect(start.getTime()).toBeLessThanOrEqual(now.getTime())
          expect(now.getTime() - start.getTime()).toBeLessThan(26 * 3_600_000)
        },
      ),
    )
  })
})
