import fc from 'fast-check'
import { expect, test } from 'vitest'
import { milliseconds } from '../src/duration.ts'
import { JobError } from '../src/errors.ts'
import type { Duration } from '../src/types.ts'

test.each<[Duration, number]>([
  [0, 0],
  [1500, 1500],
  [0.5, 0.5],
  ['250ms', 250],
  ['10s', 10_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['1h30m', 5_400_000],
  ['1d 2h 3m 4s 5ms', 93_784_005],
  ['1.5h', 5_400_000],
  [{ days: 1 }, 86_400_000],
  [{ hours: 1, minutes: 30 }, 5_400_000],
  [{ seconds: 0.25 }, 250],
])('%o is %d milliseconds', (duration, expected) => {
  expect(milliseconds(duration, 'delay')).toBe(expected)
})

test.each<unknown>([
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  '10',
  'ten seconds',
  '-10s',
  '10 parsecs',
  '10S',
  '1e3s',
  {},
  { hours: -1 },
  { hours: Number.NaN },
  { hours: '1' },
  { hours: undefined },
  { weeks: 1 },
  { days: 40_000 },
  '40000d',
  null,
  undefined,
  true,
  [],
])('%o is refused, by name and with what is allowed', (duration) => {
  const refused = () => milliseconds(duration as Duration, 'timeout of job "resize"')
  expect(refused).toThrow(JobError.Invalid)
  expect(refused).toThrow(
    /^The timeout of job "resize" can't be .+ Allowed are milliseconds \(1500\), text like '10s'/,
  )
})

test('parts and text with the same counts are the same duration', () => {
  const counts = fc.record({
    days: fc.nat(1000),
    hours: fc.nat(1000),
    minutes: fc.nat(1000),
    seconds: fc.nat(1000),
  })
  fc.assert(
    fc.property(counts, (parts) => {
      const text = `${parts.days}d${parts.hours}h${parts.minutes}m${parts.seconds}s`
      expect(milliseconds(parts, 'delay')).toBe(milliseconds(text, 'delay'))
    }),
  )
})
