import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkRule, checkTimeZone, latestFire, nextFires } from '../src/cron.ts'
import { JobError } from '../src/errors.ts'
import { localFires as fires, simpleFires } from './cron-oracle.ts'

describe('a fixed time that the clock leaps over fires once, when it has leapt', () => {
  test('in Denver', () => {
    expect(fires('30 2 * * *', 'America/Denver', '2027-03-13T12:00:00Z', 2)).toEqual([
      '2027-03-14T03:00 -6',
      '2027-03-15T02:30 -6',
    ])
  })

  test('in London, also when a list names several such times', () => {
    expect(fires('5,35 1 * * *', 'Europe/London', '2027-03-27T12:00:00Z', 3)).toEqual([
      '2027-03-28T02:00 1',
      '2027-03-29T01:05 1',
      '2027-03-29T01:35 1',
    ])
  })

  test('on Lord Howe, where the clock leaps half an hour', () => {
    expect(fires('15 2 * * *', 'Australia/Lord_Howe', '2027-10-02T12:00:00Z', 2)).toEqual([
      '2027-10-03T02:30 11',
      '2027-10-04T02:15 11',
    ])
  })

  test('in São Paulo, where it leapt at midnight', () => {
    expect(fires('0 0 * * *', 'America/Sao_Paulo', '2018-11-03T12:00:00Z', 2)).toEqual([
      '2018-11-04T01:00 -2',
      '2018-11-05T00:00 -2',
    ])
  })

  test('in Casablanca, at the end of Ramadan', () => {
    expect(fires('30 2 * * *', 'Africa/Casablanca', '2026-03-21T12:00:00Z', 2)).toEqual([
      '2026-03-22T03:00 1',
      '2026-03-23T02:30 1',
    ])
  })

  test('in Scoresbysund, where it leaps over the last hour of the day', () => {
    expect(fires('30 23 * * *', 'America/Scoresbysund', '2025-03-29T12:00:00Z', 2)).toEqual([
      '2025-03-30T00:00 -1',
      '2025-03-30T23:30 -1',
    ])
  })

  test('in Apia, which left out a day', () => {
    expect(fires('0 12 30 12 *', 'Pacific/Apia', '2011-12-01T12:00:00Z', 2)).toEqual([
      '2011-12-31T00:00 14',
      '2012-12-30T12:00 14',
    ])
  })
})

describe('a fixed time that comes twice fires at the first', () => {
  test('in Denver', () => {
    expect(fires('30 1 * * *', 'America/Denver', '2027-11-06T12:00:00Z', 2)).toEqual([
      '2027-11-07T01:30 -6',
      '2027-11-08T01:30 -7',
    ])
  })

  test('in London, also asked between the two', () => {
    expect(fires('30 1 * * *', 'Europe/London', '2027-10-31T00:45:00Z', 1)).toEqual(['2027-11-01T01:30 0'])
  })

  test('on Lord Howe', () => {
    expect(fires('45 1 * * *', 'Australia/Lord_Howe', '2027-04-03T12:00:00Z', 2)).toEqual([
      '2027-04-04T01:45 11',
      '2027-04-05T01:45 10.5',
    ])
  })
})

describe('an interval follows real time', () => {
  test('through the hour that comes twice', () => {
    expect(fires('*/30 * * * *', 'America/Denver', '2027-11-07T06:45:00Z', 6)).toEqual([
      '2027-11-07T01:00 -6',
      '2027-11-07T01:30 -6',
      '2027-11-07T01:00 -7',
      '2027-11-07T01:30 -7',
      '2027-11-07T02:00 -7',
      '2027-11-07T02:30 -7',
    ])
  })

  test('and through the one that is missing', () => {
    expect(fires('0 * * * *', 'America/Denver', '2027-03-14T07:30:00Z', 3)).toEqual([
      '2027-03-14T01:00 -7',
      '2027-03-14T03:00 -6',
      '2027-03-14T04:00 -6',
    ])
  })
})

describe('the fields', () => {
  test('day of month and day of week, both given: either', () => {
    expect(fires('0 12 13 * FRI', 'UTC', '2026-08-01T00:00:00Z', 5)).toEqual([
      '2026-08-07T12:00 0',
      '2026-08-13T12:00 0',
      '2026-08-14T12:00 0',
      '2026-08-21T12:00 0',
      '2026-08-28T12:00 0',
    ])
  })

  test('may have seconds first', () => {
    const rule = { cron: '*/20 * * * * *', timeZone: 'UTC' }
    const times = nextFires(rule, new Date('2026-01-01T00:00:00.500Z'), 3).map((at) =>
      at.toISOString().slice(17),
    )
    expect(times).toEqual(['20.000Z', '40.000Z', '00.000Z'])
  })

  test('may be a nickname, in any case', () => {
    expect(fires('@weekly', 'UTC', '2026-08-01T00:00:00Z', 1)).toEqual(['2026-08-02T00:00 0'])
    expect(fires(' @Monthly ', 'UTC', '2026-08-01T00:00:00Z', 1)).toEqual(['2026-09-01T00:00 0'])
  })

  test('Sunday is 0 and 7', () => {
    expect(fires('0 0 * * 7', 'UTC', '2026-08-01T00:00:00Z', 2)).toEqual(
      fires('0 0 * * SUN', 'UTC', '2026-08-01T00:00:00Z', 2),
    )
  })

  test('the 29th of February comes in leap years', () => {
    expect(fires('0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', 2)).toEqual([
      '2028-02-29T00:00 0',
      '2032-02-29T00:00 0',
    ])
  })
})

test.each([
  ['0 0 30 2 *', 'The cron "0 0 30 2 *" never fires: no month has such a day.'],
  ['0 0 31 4,6,9,11 *', 'never fires'],
  ['60 * * * *', `The cron "60 * * * *" can't be read: Invalid value for minute: 60.`],
  ['0 0 * * 5-1', "can't be read"],
  ['* * * *', 'it must have five fields (minute hour day month weekday), or six with seconds first.'],
  ['* * * * * * *', 'it must have five fields'],
  ['', 'it must have five fields'],
  ['2026-01-01T00:00:00', 'it must have five fields'],
  ['every day', 'it must have five fields'],
  ['0 0 1 * +1', 'it must have five fields'],
  ['@reboot', 'nicknames are @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly.'],
])('%j is refused', (cron, sentence) => {
  expect(() => checkRule({ cron, timeZone: 'UTC' })).toThrow(JobError.Invalid)
  expect(() => checkRule({ cron, timeZone: 'UTC' })).toThrow(sentence)
})

test.each(['Mars/Olympus', '+02:00', '', 'Europe/'])('the time zone %j is refused', (timeZone) => {
  expect(() => checkTimeZone(timeZone)).toThrow(JobError.Invalid)
  expect(() => checkRule({ cron: '@daily', timeZone })).toThrow('is unknown. Give an IANA name')
})

const zones = ['UTC', 'America/Denver', 'Europe/London', 'Australia/Lord_Howe', 'America/Sao_Paulo']
const moreZones = ['Africa/Casablanca', 'Asia/Kathmandu', 'America/Scoresbysund', 'Pacific/Apia', 'Asia/Gaza']
const number = (least: number, most: number) => fc.integer({ min: least, max: most })
const list = (least: number, most: number) =>
  fc.uniqueArray(number(least, most), { minLength: 1, maxLength: 3 }).map((values) => values.join(','))
const field = (least: number, most: number) =>
  fc.oneof(
    { weight: 3, arbitrary: list(least, most) },
    { weight: 2, arbitrary: fc.constant('*') },
    { weight: 1, arbitrary: number(2, 20).map((step) => `*/${Math.min(step, most)}`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(number(least, most), number(least, most))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    },
  )
const often = fc.constant('*')
const rules = fc.record({
  cron: fc
    .tuple(
      field(0, 59),
      field(0, 23),
      fc.oneof(often, field(1, 31)),
      fc.oneof(often, field(1, 12)),
      fc.oneof(often, field(0, 6)),
    )
    .map((fields) => fields.join(' ')),
  timeZone: fc.constantFrom(...zones, ...moreZones),
})
/** Often close to a change of the clock: any instant, or one in the months of the changes. */
const instants = fc.oneof(
  fc.date({ min: new Date('2010-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
  fc
    .tuple(
      fc.constantFrom(
        '2011-12-29',
        '2018-11-03',
        '2025-03-29',
        '2027-03-13',
        '2027-03-27',
        '2027-10-30',
        '2027-11-06',
      ),
      fc.nat(2 * 86_400_000),
    )
    .map(([day, ms]) => new Date(Date.parse(day) + ms)),
)

test('over three days, every rule fires exactly as a walk through all minutes of local time says', () => {
  fc.assert(
    fc.property(rules, instants, (rule, after) => {
      const until = after.getTime() + 3 * 86_400_000
      const expected = simpleFires(rule, after.getTime(), until)
      const found = nextFires(rule, after, expected.length + 1).map((at) => at.getTime())
      expect(found.filter((at) => at <= until)).toEqual(expected)
    }),
    { numRuns: 100 },
  )
})

test('the latest fire is the last of all fires in between', () => {
  fc.assert(
    fc.property(rules, instants, fc.nat(5 * 86_400_000), (rule, after, ms) => {
      const until = new Date(after.getTime() + ms)
      expect(latestFire(rule, after, until)?.getTime()).toBe(
        simpleFires(rule, after.getTime(), until.getTime()).at(-1),
      )
    }),
    { numRuns: 100 },
  )
})

test('the latest of a hundred million fires is found without walking them', () => {
  const rule = { cron: '* * * * * *', timeZone: 'Europe/London' }
  expect(latestFire(rule, new Date('2020-01-01'), new Date('2026-01-01T00:00:00.900Z'))).toEqual(
    new Date('2026-01-01T00:00:00Z'),
  )
})
