import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextFires } from '../src/cron.ts'
import { dueFires, type FireRule, type Missed } from '../src/due-fires.ts'

const hour = 3_600_000
const rule = (missed: Missed, cron = '0 * * * *'): FireRule => ({
  cron,
  timeZone: 'UTC',
  missed,
  missedWindow: 3 * hour,
})
const at = (time: string) => new Date(`2027-05-05T${time}Z`)
const owed = (fireRule: FireRule, next: string, now: string) => {
  const { fires, next: then } = dueFires(fireRule, at(next), at(now))
  return [
    ...fires.map((fire) => fire.toISOString().slice(11, 19)),
    `next ${then?.toISOString().slice(11, 19)}`,
  ]
}

describe('a fire that is at most a minute late is on time, whatever is to happen with missed ones', () => {
  test.each<Missed>(['skip', 'once', 'all'])('%s', (missed) => {
    expect(owed(rule(missed), '06:00:00', '06:00:00')).toEqual(['06:00:00', 'next 07:00:00'])
    expect(owed(rule(missed), '06:00:00', '06:00:59')).toEqual(['06:00:00', 'next 07:00:00'])
    expect(owed(rule(missed, '*/20 * * * * *'), '06:00:00', '06:00:45')).toEqual([
      '06:00:00',
      '06:00:20',
      '06:00:40',
      'next 06:01:00',
    ])
  })
})

test('nothing is owed before its time', () => {
  expect(owed(rule('all'), '06:00:00', '05:59:59')).toEqual(['next 06:00:00'])
})

describe('after a time without a scheduler', () => {
  test('skip: the missed ones are gone', () => {
    expect(owed(rule('skip'), '01:00:00', '06:30:00')).toEqual(['next 07:00:00'])
  })

  test('skip: one that is due just now is made', () => {
    expect(owed(rule('skip'), '01:00:00', '06:00:30')).toEqual(['06:00:00', 'next 07:00:00'])
  })

  test('once: the newest is made for all', () => {
    expect(owed(rule('once'), '01:00:00', '06:30:00')).toEqual(['06:00:00', 'next 07:00:00'])
    expect(owed(rule('once'), '01:00:00', '06:00:30')).toEqual(['06:00:00', 'next 07:00:00'])
    expect(owed(rule('once', '* * * * * *'), '01:00:00', '06:30:00')).toEqual(['06:30:00', 'next 06:30:01'])
  })

  test('all: each within the window', () => {
    expect(owed(rule('all'), '05:00:00', '06:30:00')).toEqual(['05:00:00', '06:00:00', 'next 07:00:00'])
    expect(owed(rule('all'), '01:00:00', '06:30:00')).toEqual([
      '04:00:00',
      '05:00:00',
      '06:00:00',
      'next 07:00:00',
    ])
  })

  test('all: a thousand at a time, and the rest is still due', () => {
    const { fires, next } = dueFires(rule('all', '* * * * * *'), at('05:00:00'), at('06:00:00'))
    expect(fires).toHaveLength(1000)
    expect(fires.at(-1)).toEqual(at('05:16:39'))
    expect(next).toEqual(at('05:16:40'))
  })
})

test('a stored time that the rule no longer has, as when a country changes its clock, is passed over', () => {
  expect(owed(rule('once'), '05:30:00', '05:30:01')).toEqual(['next 06:00:00'])
})

describe('missed are the fires before now that have no job', () => {
  const missed = (fireRule: FireRule, next: string, now: string) =>
    dueFires(fireRule, at(next), at(now)).missed

  test.each<[Missed, number]>([
    ['skip', 3],
    ['once', 2],
    ['all', 0],
  ])('after three hours without a scheduler, %s: %i', (policy, count) => {
    expect(missed(rule(policy), '04:00:00', '06:30:00')).toBe(count)
  })

  test('all: those older than the window', () => {
    expect(missed(rule('all'), '01:00:00', '06:30:00')).toBe(3)
    expect(missed(rule('all'), '03:30:00', '06:30:00')).toBe(0)
  })

  test('skip: not the one that is due just now', () => {
    expect(missed(rule('skip'), '04:00:00', '06:00:30')).toBe(2)
  })

  test('none that is on time', () => {
    for (const policy of ['skip', 'once', 'all'] as const) {
      expect(missed(rule(policy, '*/20 * * * * *'), '06:00:00', '06:00:45')).toBe(0)
      expect(missed(rule(policy), '06:00:00', '05:59:59')).toBe(0)
    }
  })

  test('counted up to a thousand at a time', () => {
    expect(missed(rule('once', '* * * * * *'), '01:00:00', '06:30:00')).toBe(1000)
    expect(missed(rule('all', '* * * * * *'), '01:00:00', '06:30:00')).toBe(1000)
  })
})

test('whatever becomes of missed runs, made and missed fires are all that there were', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Missed>('skip', 'once', 'all'),
      fc.constantFrom('*/13 * * * *', '0 * * * *', '30 2 * * *', '15 */5 * * MON-FRI'),
      fc.integer({ min: -120, max: 4 * 24 * 3600 }),
      (missed, cron, seconds) => {
        const fireRule = { ...rule(missed, cron), timeZone: 'Europe/Berlin' }
        const first = nextFires(fireRule, new Date('2027-10-29T00:00:00Z'), 1)[0] ?? new Date(0)
        const now = new Date(first.getTime() + seconds * 1000)
        const all = nextFires(fireRule, new Date(first.getTime() - 1), 2000, now)
        const due = dueFires(fireRule, first, now)
        expect(due.fires.length + due.missed).toBe(all.length)
        expect(all.slice(all.length - due.fires.length)).toEqual(due.fires)
        expect(due.next).toEqual(nextFires(fireRule, now, 1)[0])
      },
    ),
  )
})
