import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Watch } from '../src/worker/watch.ts'

const timing = { beat: 2_000, dead: 10_000 }

/** Looks every `every` ms from 0 to `end`; answers when the worker 'w' was first found dead, or null. */
function foundDead(
  beatAt: (now: number) => number,
  every: number,
  end: number,
  sees: (now: number) => boolean = () => true,
): number | null {
  const watch = new Watch(timing)
  for (let now = 0; now <= end; now += every) {
    if (!sees(now)) {
      watch.blind()
      continue
    }
    const dead = watch.look(new Map([['w', String(beatAt(now))]]), now - 5, now)
    if (dead.length > 0) return now
  }
  return null
}

describe('a worker', () => {
  test('whose beat goes on is never dead, however unevenly it comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 100, max: 7_900 }), { minLength: 30, maxLength: 60 }),
        (pauses) => {
          let time = 0
          const times = pauses.map((pause) => (time += pause))
          const end = Math.min(times.at(-1) ?? 0, 100_000)
          expect(foundDead((now) => times.filter((at) => at <= now).length, 2_000, end)).toBeNull()
        },
      ),
    )
  })

  test('that beats in time is never dead, however long the answers take and whatever of that time they show', () => {
    const look = fc.record({
      pause: fc.integer({ min: 0, max: 4_000 }),
      takes: fc.integer({ min: 0, max: 5_000 }),
      shows: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    const pauses = fc.array(fc.integer({ min: 100, max: 9_999 }), { minLength: 30, maxLength: 60 })
    fc.assert(
      fc.property(pauses, fc.array(look, { minLength: 30, maxLength: 60 }), (pauses, looks) => {
        let time = 0
        const times = pauses.map((pause) => (time += pause))
        const watch = new Watch(timing)
        let now = 0
        for (const { pause, takes, shows } of looks) {
          const asked = now + pause
          now = asked + takes
          if (now > time) return
          const beat = times.filter((at) => at <= asked + takes * shows).length
          expect(watch.look(new Map([['w', String(beat)]]), asked, now)).toEqual([])
        }
      }),
    )
  })

  test('whose beat stands still is found within 10 s of the look that saw it last, and one look, which takes 5 ms', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30_000 }),
        fc.integer({ min: 200, max: 2_500 }),
        (diedAt, every) => {
          const found = foundDead((now) => Math.min(now, diedAt), every, 60_000)
          expect(found).not.toBeNull()
          expect((found ?? 0) - diedAt).toBeGreaterThanOrEqual(10_000 - every)
          expect((found ?? 0) - diedAt).toBeLessThanOrEqual(10_005 + 2 * every)
        },
      ),
    )
  })
})

describe('an observer', () => {
  test('that could not see for a while begins its watch anew', () => {
    // The database is away from 20 s to 50 s: the worker could not beat either, and beats again a little late.
    const beat = (now: number) => (now < 20_000 || now > 55_000 ? now : 20_000)
    expect(foundDead(beat, 2_000, 120_000, (now) => now < 20_000 || now > 50_000)).toBeNull()
  })

  test('that came late to its look begins anew: it may have been stopped, and the other with it', () => {
    const watch = new Watch(timing)
    watch.look(new Map([['w', '1']]), 0, 0)
    expect(watch.look(new Map([['w', '1']]), 60_000, 60_001)).toEqual([])
    expect(watch.look(new Map([['w', '1']]), 62_000, 62_001)).toEqual([])
  })

  test('that waited long for its answer begins anew: the database stood still', () => {
    const watch = new Watch(timing)
    for (let now = 0; now < 9_000; now += 2_000) watch.look(new Map([['w', '1']]), now, now)
    expect(watch.look(new Map([['w', '1']]), 10_000, 40_000)).toEqual([])
  })

  test('names the beat at which it stands, so that one that beats again meanwhile is spared', () => {
    const watch = new Watch(timing)
    let dead: { id: string; beat: string }[] = []
    for (let now = 0; now <= 10_000; now += 2_000) dead = watch.look(new Map([['w', '7']]), now, now)
    expect(dead).toEqual([{ id: 'w', beat: '7' }])
  })
})
