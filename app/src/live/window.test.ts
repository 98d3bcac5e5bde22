import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LiveEvent } from './index.ts'
import { Window } from './window.ts'

const event = (position: number): LiveEvent => ({
  cursor: `e-${position}`,
  position,
  topic: 'jobs',
  type: 'changed',
  detail: null,
  subject: null,
  at: '2026-01-01T00:00:00.000Z',
  extra: {},
})

test('it answers what follows a position, or that it does not know any more, and keeps to its bytes', () => {
  fc.assert(
    fc.property(
      fc.nat(1_000),
      fc.array(fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constant('trim' as const)), { maxLength: 200 }),
      fc.nat(1_300),
      fc.integer({ min: 1, max: 50 }),
      (start, steps, asked, most) => {
        const window = new Window(start, 1_000)
        const sizes: number[] = []
        for (const step of steps) {
          if (step === 'trim') window.trim()
          else window.push(event(start + sizes.push(step)), step)
        }
        window.trim()
        const last = start + sizes.length
        expect(window.last).toBe(last)

        let kept = sizes.length
        for (let bytes = 0; kept > 0; kept--) {
          bytes += sizes[kept - 1] ?? 0
          if (bytes > 1_000) break
        }
        const answer = window.after(asked, most)
        if (asked < start + kept) {
          expect(answer).toBeNull()
          return
        }
        const expected = Array.from(
          { length: Math.max(0, Math.min(most, last - asked)) },
          (_, i) => asked + 1 + i,
        )
        expect(answer?.map(({ position }) => position)).toEqual(expected)
      },
    ),
  )
})
