import { describe, expect, test } from 'vitest'
import { nextFires } from '../src/cron.ts'
import { localFires as fires, offsetAt, simpleFires } from './cron-oracle.ts'

const hour = 3_600_000
const day = 24 * hour

describe('Europe/Berlin', () => {
  test('02:30 on the day of the leap fires once, at 03:00', () => {
    expect(fires('30 2 * * *', 'Europe/Berlin', '2027-03-27T12:00:00Z', 2)).toEqual([
      '2027-03-28T03:00 2',
      '2027-03-29T02:30 2',
    ])
  })

  test('several times that are missing fire once, also with one at the end of the gap', () => {
    expect(fires('0,30 2 * * *', 'Europe/Berlin', '2027-03-27T12:00:00Z', 2)).toEqual([
      '2027-03-28T03:00 2',
      '2027-03-29T02:00 2',
    ])
    expect(fires('0 2,3 * * *', 'Europe/Berlin', '2027-03-27T12:00:00Z', 2)).toEqual([
      '2027-03-28T03:00 2',
      '2027-03-29T02:00 2',
    ])
  })

  test('02:30 on the day with two of them fires at the first', () => {
    expect(fires('30 2 * * *', 'Europe/Berlin', '2027-10-30T12:00:00Z', 2)).toEqual([
      '2027-10-31T02:30 2',
      '2027-11-01T02:30 1',
    ])
  })

  test('an interval follows real time through both', () => {
    expect(fires('*/30 * * * *', 'Europe/Berlin', '2027-10-31T00:15:00Z', 4)).toEqual([
      '2027-10-31T02:30 2',
      '2027-10-31T02:00 1',
      '2027-10-31T02:30 1',
      '2027-10-31T03:00 1',
    ])
    expect(fires('*/30 * * * *', 'Europe/Berlin', '2027-03-28T00:15:00Z', 3)).toEqual([
      '2027-03-28T01:30 1',
      '2027-03-28T03:00 2',
      '2027-03-28T03:30 2',
    ])
  })

  test('day of month and day of week both given: either, and once where both are the day of the leap', () => {
    expect(fires('30 2 28 * SUN', 'Europe/Berlin', '2027-03-20T12:00:00Z', 3)).toEqual([
      '2027-03-21T02:30 1',
      '2027-03-28T03:00 2',
      '2027-04-04T02:30 2',
    ])
  })
})

describe('America/New_York, whose leap moved from April to March in 2007', () => {
  test.each([
    ['2006-04-01T12:00:00Z', '2006-04-02T03:00 -4'],
    ['2007-03-10T12:00:00Z', '2007-03-11T03:00 -4'],
  ])('after %s', (after, fire) => {
    expect(fires('30 2 * * *', 'America/New_York', after, 1)).toEqual([fire])
  })

  test('a year before there was no leap on that Sunday', () => {
    expect(fires('30 2 * * *', 'America/New_York', '2006-03-11T12:00:00Z', 1)).toEqual([
      '2006-03-12T02:30 -5',
    ])
  })

  test('01:30 in November fires at the first of two', () => {
    expect(fires('30 1 * * *', 'America/New_York', '2027-11-06T12:00:00Z', 2)).toEqual([
      '2027-11-07T01:30 -4',
      '2027-11-08T01:30 -5',
    ])
  })
})

describe('America/Sao_Paulo, which has kept its clock still since 2019', () => {
  test('the hour before midnight came twice', () => {
    expect(fires('30 23 * * *', 'America/Sao_Paulo', '2019-02-16T12:00:00Z', 2)).toEqual([
      '2019-02-16T23:30 -2',
      '2019-02-17T23:30 -3',
    ])
  })

  test('midnight is there in the November after', () => {
    expect(fires('0 0 * * *', 'America/Sao_Paulo', '2019-11-02T12:00:00Z', 2)).toEqual([
      '2019-11-03T00:00 -3',
      '2019-11-04T00:00 -3',
    ])
  })
})

describe('Australia/Lord_Howe, whose clock moves half an hour', () => {
  test('an interval follows real time when it goes back', () => {
    expect(fires('*/15 * * * *', 'Australia/Lord_Howe', '2027-04-03T14:40:00Z', 4)).toEqual([
      '2027-04-04T01:45 11',
      '2027-04-04T01:30 10.5',
      '2027-04-04T01:45 10.5',
      '2027-04-04T02:00 10.5',
    ])
  })

  test('and when it leaps', () => {
    expect(fires('*/15 * * * *', 'Australia/Lord_Howe', '2027-10-02T15:10:00Z', 3)).toEqual([
      '2027-10-03T01:45 10.5',
      '2027-10-03T02:30 11',
      '2027-10-03T02:45 11',
    ])
  })
})

test('Africa/Casablanca goes back when Ramadan begins: 02:30 fires at the first', () => {
  expect(fires('30 2 * * *', 'Africa/Casablanca', '2026-02-14T12:00:00Z', 2)).toEqual([
    '2026-02-15T02:30 1',
    '2026-02-16T02:30 0',
  ])
})

describe('Asia/Tehran, which leapt at midnight until 2022', () => {
  test('00:30 fired when the clock had leapt', () => {
    expect(fires('30 0 * * *', 'Asia/Tehran', '2022-03-21T12:00:00Z', 2)).toEqual([
      '2022-03-22T01:00 4.5',
      '2022-03-23T00:30 4.5',
    ])
  })

  test('23:30 fired at the first of two', () => {
    expect(fires('30 23 * * *', 'Asia/Tehran', '2022-09-21T12:00:00Z', 2)).toEqual([
      '2022-09-21T23:30 4.5',
      '2022-09-22T23:30 3.5',
    ])
  })

  test('and is a time like any other since', () => {
    expect(fires('30 0 * * *', 'Asia/Tehran', '2023-03-21T12:00:00Z', 1)).toEqual(['2023-03-22T00:30 3.5'])
  })
})

describe('Pacific/Apia, which had no 30th of December in 2011', () => {
  test('each time of that day fires once, when the day was over', () => {
    expect(fires('0 12 * * *', 'Pacific/Apia', '2011-12-29T00:00:00Z', 3)).toEqual([
      '2011-12-29T12:00 -10',
      '2011-12-31T00:00 14',
      '2011-12-31T12:00 14',
    ])
    expect(fires('0 9 * * FRI', 'Pacific/Apia', '2011-12-29T00:00:00Z', 2)).toEqual([
      '2011-12-31T00:00 14',
      '2012-01-06T09:00 14',
    ])
  })

  test('an interval goes on', () => {
    expect(fires('0 */6 * * *', 'Pacific/Apia', '2011-12-30T02:00:00Z', 3)).toEqual([
      '2011-12-29T18:00 -10',
      '2011-12-31T00:00 14',
      '2011-12-31T06:00 14',
    ])
  })
})

test('Africa/Cairo, which took summer time up again in 2023, leaps over midnight', () => {
  expect(fires('0 0 * * *', 'Africa/Cairo', '2023-04-27T12:00:00Z', 2)).toEqual([
    '2023-04-28T01:00 3',
    '2023-04-29T00:00 3',
  ])
})

const rules = ['30 2 * * *', '0 0 * * *', '15,45 1-3 * * *', '*/20 * * * *', '0 */2 * * *', '30 23 30 * 0']

test.each<[zone: string, ...years: number[]]>([
  ['Europe/Berlin', 1996, 2027],
  ['America/New_York', 2006, 2007],
  ['America/Sao_Paulo', 2008, 2018],
  ['Australia/Lord_Howe', 2007, 2027],
  ['Africa/Casablanca', 2018, 2026],
  ['Asia/Tehran', 2008, 2022],
  ['Pacific/Apia', 2011, 2020],
])(
  '%s: around each change of the clock in %i and %i every rule fires as a walk through all minutes says',
  (...at) => {
    const [timeZone, ...years] = at
    const changes = years.flatMap((year) => changesOf(timeZone, year))
    expect(changes.length).toBeGreaterThan(0)
    for (const change of changes)
      for (const cron of rules) {
        const [from, until] = [change - day, change + day]
        const found = nextFires({ cron, timeZone }, new Date(from), 1000, new Date(until))
        expect(found.map((fire) => fire.getTime())).toEqual(simpleFires({ cron, timeZone }, from, until))
      }
  },
)

/** The days on which the zone's distance from UTC changes. */
function changesOf(timeZone: string, year: number): number[] {
  const days = Array.from({ length: 366 }, (_, n) => Date.UTC(year, 0, 1) + n * day)
  return days.filter((at) => offsetAt(timeZone, at) !== offsetAt(timeZone, at + day))
}
