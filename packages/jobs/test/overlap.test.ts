import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type OverlapRule, withoutOverlap } from '../src/overlap.ts'

const fires = [1, 2, 3].map((hour) => new Date(Date.UTC(2027, 0, 1, hour)))
const [, , newest = new Date(0)] = fires

test.each<[OverlapRule['overlap'], OverlapRule['missed'], boolean, Date[]]>([
  ['allow', 'once', true, fires],
  ['allow', 'all', true, fires],
  ['skip', 'once', false, [newest]],
  ['skip', 'once', true, []],
  ['skip', 'all', false, fires],
  ['skip', 'all', true, []],
  ['cancelPrevious', 'once', false, [newest]],
  ['cancelPrevious', 'skip', true, [newest]],
])('%s, missed: %s, unfinished: %s', (overlap, missed, unfinished, made) => {
  const skipped = fires.length - made.length
  expect(withoutOverlap({ overlap, missed }, fires, unfinished)).toEqual({ fires: made, skipped })
})

test('of no fires none is made, and none skipped', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<OverlapRule['overlap']>('skip', 'allow', 'cancelPrevious'),
      fc.constantFrom<OverlapRule['missed']>('skip', 'once', 'all'),
      fc.boolean(),
      (overlap, missed, unfinished) => {
        expect(withoutOverlap({ overlap, missed }, [], unfinished)).toEqual({ fires: [], skipped: 0 })
      },
    ),
  )
})
