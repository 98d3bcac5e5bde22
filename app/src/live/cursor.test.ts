import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatCursor, parseCursor } from './cursor.ts'

test('a cursor is read as it was written', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-f]{12}$/), fc.nat(2 ** 40), (epoch, position) => {
      expect(parseCursor(formatCursor({ epoch, position }))).toEqual({ epoch, position })
    }),
  )
})

test.each(['', '-', 'a-', '-1', 'a-1x', 'a--1', 'a-1-2', 'A B-1', 'a-1\n', `a-${'9'.repeat(16)}`])(
  '%j is none',
  (text) => {
    expect(parseCursor(text)).toBeNull()
  },
)
