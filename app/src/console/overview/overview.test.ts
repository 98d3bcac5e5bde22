import type { JobStatus } from '@factotum/jobs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { duration } from '../assets/format.js'
import { alike } from './attention.tsx'
import { scaleFor, scaleForSpan } from './scale.ts'

describe("The chart's axis", () => {
  it('holds the highest bar, starts at 0 and has whole numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (highest) => {
        const { top, ticks } = scaleFor(highest)
        expect(top).toBeGreaterThanOrEqual(highest)
        expect(ticks).toEqual([0, top / 2, top])
        expect(ticks.every(Number.isInteger)).toBe(true)
        // Not so high that the bars vanish.
        expect(top).toBeLessThanOrEqual(Math.max(4, highest * 2.5))
      }),
    )
  })

  it('of waits has steps that a clock has, and holds the longest', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 40 * 86_400_000, noNaN: true }), (longest) => {
        const { top, ticks } = scaleForSpan(longest)
        expect(top).toBeGreaterThanOrEqual(longest)
        expect(ticks).toEqual([0, top / 2, top])
        // At most two numbers with their units: "2 min 30 s".
        expect(ticks.every((tick) => /^\d+(\.5)? \S+( \d+ \S+)?$/.test(duration(tick)))).toBe(true)
        expect(top).toBeLessThanOrEqual(Math.max(100, longest * 4))
      }),
    )
  })
})

describe('What needs someone', () => {
  const since = new Date('2026-11-13T00:00:00Z')
  const failed = (name: string, error: string, endedAt = '2026-11-20T00:00:00Z') =>
    ({ name, error, endedAt: new Date(endedAt) }) as JobStatus

  it('puts jobs together that failed for the same reason, whatever their stacks', () => {
    const groups = alike(
      [failed('sign', 'No key\n at a'), failed('fetch', 'timeout'), failed('sign', 'No key\n at b')],
      since,
    )
    expect(groups.map(({ name, reason, jobs }) => [name, reason, jobs.length])).toEqual([
      ['sign', 'No key', 2],
      ['fetch', 'timeout', 1],
    ])
  })

  it('forgets what is old, and keeps names apart that look like another with its reason', () => {
    expect(alike([failed('sign', 'No key', '2026-11-01T00:00:00Z')], since)).toEqual([])
    expect(alike([failed('a b', 'c'), failed('a', 'b c')], since)).toHaveLength(2)
  })
})
