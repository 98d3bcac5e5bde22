import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Floor } from './floor.ts'

test('a look begins behind what has settled for five seconds, except that sweeps begin at the beginning', () => {
  const floor = new Floor()
  expect(floor.from(1_000)).toBe(0)
  floor.looked({ from: 0, highest: 50, ended: 1_000, took: 1 })
  floor.looked({ from: 0, highest: 80, ended: 1_200, took: 1 })
  expect(floor.from(1_201)).toBe(0)
  floor.looked({ from: 0, highest: null, ended: 6_000, took: 1 })
  expect(floor.from(6_001)).toBe(50)
  expect(floor.from(6_200)).toBe(80)
  expect(floor.from(6_250)).toBe(0)
})

test('sweeps take at most a twentieth of the time, however long each takes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 50 }), (costs) => {
      const floor = new Floor()
      let now = 1
      let highest = 1
      let swept = 0
      let lastSweep = 0
      // Something to begin behind.
      floor.looked({ from: 0, highest, ended: now, took: 0 })
      now += 5_000
      const begun = now
      for (const cost of costs) {
        while (floor.from(now) !== 0) {
          floor.looked({ from: highest, highest: ++highest, ended: now, took: 0 })
          now += 20
        }
        lastSweep = cost
        swept += cost
        now += cost
        floor.looked({ from: 0, highest: null, ended: now, took: cost })
      }
      expect(swept - lastSweep).toBeLessThanOrEqual((now - begun) / 20 + 1)
    }),
  )
})
