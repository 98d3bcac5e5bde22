import { describe, expect, test } from 'vitest'
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
