import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayIn, isRepeat } from './day.ts'

const at = (text: string) => new Date(text)

describe('The day in a zone', () => {
  it('begins at its midnight, also where clocks go forward or back', () => {
    expect(dayIn('Europe/London', at('2026-06-01T22:59:59Z'))).not.toBe(
      dayIn('Europe/London', at('2026-06-01T23:00:00Z')),
    )
    expect(dayIn('Europe/London', at('2026-10-25T00:00:00Z'))).toBe(
      dayIn('Europe/London', at('2026-10-25T23:59:59Z')),
    )
    expect(dayIn('Pacific/Kiritimati', at('2026-06-01T09:59:59Z'))).not.toBe(
      dayIn('Pacific/Kiritimati', at('2026-06-01T10:00:00Z')),
    )
    expect(dayIn('UTC', at('2025-06-01T00:00:00Z'))).not.toBe(dayIn('UTC', at('2026-06-01T00:00:00Z')))
  })
})

describe('A repeat', () => {
  const latest = { key: 'k', code: 'c', notes: 'n', createdAt: at('2026-06-01T10:00:00Z') }
  const said = { key: 'k', code: 'c', notes: 'n', now: at('2026-06-01T11:00:00Z'), zone: 'UTC' }

  it('says the same of everything on the same day', () => {
    expect(isRepeat(latest, said)).toBe(true)
    expect(isRepeat(null, said)).toBe(false)
    expect(isRepeat({ ...latest, notes: null }, { ...said, notes: '' })).toBe(false)
  })

  it('differs in key, code, notes or day', () => {
    const other = fc.constantFrom(
      { key: 'K' },
      { code: 'C' },
      { notes: 'N' },
      { now: at('2026-06-02T00:00:00Z') },
    )
    fc.assert(fc.property(other, (change) => !isRepeat(latest, { ...said, ...change })))
  })
})
