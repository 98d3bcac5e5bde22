import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ago, bytes, clock, day, duration, exact, since, today } from './format.js'

describe('A duration', () => {
  const cases: [number, string][] = [
    [0, '0 ms'],
    [41, '41 ms'],
    [999, '999 ms'],
    [1_000, '1 s'],
    [9_270, '9.2 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [124_000, '2 min 4 s'],
    [3_599_999, '59 min'],
    [3_600_000, '1 h'],
    [5_400_000, '1 h 30 min'],
    [86_400_000, '1 d'],
    [-5, '0 ms'],
  ]
  for (const [ms, text] of cases) it(`of ${ms} ms is "${text}"`, () => expect(duration(ms)).toBe(text))

  it('never reaches the next unit within its own: no 60 s, no 60 min, no 24 h, no 1000 ms', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e10, noNaN: true }), (ms) => {
        expect(duration(ms)).not.toMatch(/\b(60 s|60 min|24 h)\b/)
        expect(duration(Math.floor(ms))).not.toMatch(/\b1000 ms\b/)
      }),
    )
  })

  it('ends in its unit and has at most two', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), (ms) => {
        expect(duration(ms)).toMatch(/^[\d.]+ (ms|s|min|h|d)( \d+ (s|min|h))?$/)
      }),
    )
  })
})

describe('A moment', () => {
  const now = new Date('2026-11-20T14:02:11.123Z')
  const before = (ms: number) => new Date(now.getTime() - ms)

  it('is "just now", some time ago, or yet to come', () => {
    expect(ago(before(300), now)).toBe('just now')
    expect(ago(before(59_900), now)).toBe('59 s ago')
    expect(ago(before(3_700_000), now)).toBe('1 h ago')
    expect(ago(before(-7_200_000), now)).toBe('in 2 h')
    expect(ago(before(-7_199_000), now)).toBe('in 2 h')
    expect(ago(before(-59_700), now)).toBe('in 1 min')
    expect(ago(before(-59_000), now)).toBe('in 59 s')
  })

  it('that is past has lasted whole seconds since; a clock that is behind makes it 0', () => {
    expect(since(before(9_900), now)).toBe('9 s')
    expect(since(before(-5_000), now)).toBe('0 s')
  })

  it('is told in its zone, the exact one with its name', () => {
    expect(clock(now, 'America/Denver')).toBe('07:02:11')
    expect(day(now, 'Asia/Tokyo')).toBe('20 Nov, 23:02')
    expect(today(now, 'Pacific/Auckland')).toBe('Saturday 21 November 2026')
    expect(exact(now, 'UTC')).toBe('20 Nov 2026, 14:02:11.123 UTC')
  })

  it('at midnight begins the day and does not end it', () => {
    expect(clock(new Date('2026-11-20T00:00:00Z'), 'UTC')).toBe('00:00:00')
  })
})

describe('A size', () => {
  const cases: [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [1_536, '1.54 kB'],
    [162_400_000, '162 MB'],
    [999_999_999, '1 GB'],
  ]
  for (const [size, text] of cases) it(`of ${size} is "${text}"`, () => expect(bytes(size)).toBe(text))

  it('has three figures at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (size) => {
        expect(bytes(size).replace(/\D/g, '').length).toBeLessThanOrEqual(4)
        expect(bytes(size)).toMatch(/^\d{1,4}(\.\d{1,2})? [kMGTP]?B$/)
      }),
    )
  })
})
