import type { JobDetail } from '@factotum/jobs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bulkActions } from './bulk-actions.ts'
import { bulkFilterOf, filterOf, listAddress, type Narrowing, narrowingOf } from './filter.ts'
import { jobId } from './job-id.ts'
import { whyEmpty } from './job-log.tsx'
import { momentOf } from './moment.ts'
import { timelineOf } from './timeline.tsx'

describe('The id of a job', () => {
  for (const text of [
    '',
    '0x1',
    '1.5',
    '-1',
    ' 1',
    '1e3',
    'abc',
    '9223372036854775808',
    '9'.repeat(400),
    '١',
  ])
    it(`is not ${JSON.stringify(text.slice(0, 20))}`, () => expect(jobId(text)).toBeNull())

  it('is any bigint from 0, as the database writes it', () => {
    expect(jobId('9223372036854775807')).toBe('9223372036854775807')
    expect(jobId('007')).toBe('7')
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (id) => {
        expect(jobId(id.toString())).toBe(id.toString())
      }),
    )
  })
})

describe("The list's filter", () => {
  const word = fc.string({ minLength: 1 }).filter((text) => text.trim() === text && text !== '')
  const narrowings = fc.record(
    {
      state: fc.constantFrom('queued', 'failed', 'queued,started'),
      queue: word,
      name: word,
      text: word,
      args: fc.json(),
      created_after: fc.constantFrom('1h', '2027-01-31T09:30:00Z'),
    },
    { requiredKeys: [] },
  )

  it('is the same after a way through the address', () => {
    fc.assert(
      fc.property(narrowings, (narrowing) => {
        const query = new URL(listAddress(narrowing), 'http://here').searchParams
        expect(narrowingOf(Object.fromEntries(query))).toEqual(narrowing)
      }),
    )
  })

  it('is not narrowed by empty fields of a form', () => {
    expect(narrowingOf({ state: '', queue: ' ', name: '', strange: 'x' })).toEqual({})
    expect(filterOf({})).toEqual({})
    expect(bulkFilterOf({})).toEqual({ all: true })
  })

  it('reads states, times and arguments', () => {
    expect(narrowingOf({ state: ['queued', 'failed'] })).toEqual({ state: 'queued,failed' })
    expect(filterOf({ state: 'queued, failed' })).toEqual({ state: ['queued', 'failed'] })
    expect(filterOf({ args: '{"customer":7}' })).toEqual({ args: { customer: 7 } })
    expect(filterOf({ args: 'a.png' })).toEqual({ args: 'a.png' })
    expect(filterOf({ created_after: '2027-01-31T09:30:00+02:00' })).toEqual({
      createdAfter: new Date('2027-01-31T07:30:00Z'),
    })
  })

  it('refuses what it cannot read, and names what there is', () => {
    expect(() => filterOf({ state: 'done' })).toThrow(/no state "done".*scheduled.*finished/)
    expect(() => filterOf({ created_after: 'yesterday' })).toThrow(/"created_after" is no time.*15m/)
    expect(() => filterOf({ args: '{customer' })).toThrow(/"args" is not JSON/)
  })
})

describe('A moment', () => {
  const now = new Date('2027-01-31T09:30:00Z')

  it('is ISO 8601, in UTC unless it says otherwise, or how long ago', () => {
    const read = (text: string) => momentOf('at', text, now).toISOString()
    expect(read('2027-01-31')).toBe('2027-01-31T00:00:00.000Z')
    expect(read('2027-01-31T09:30')).toBe('2027-01-31T09:30:00.000Z')
    expect(read('2027-01-31T09:30:00.5-07:00')).toBe('2027-01-31T16:30:00.500Z')
    expect(read('90m')).toBe('2027-01-31T08:00:00.000Z')
    expect(read('2d')).toBe('2027-01-29T09:30:00.000Z')
  })

  for (const text of ['1', '1y', '-1h', '2027', '31.01.2027', '2027-02-31T25:00', 'now'])
    it(`is not ${text}`, () => expect(() => momentOf('at', text, now)).toThrow('"at" is no time'))
})

describe('What can be done with a list', () => {
  const actions = (narrowing: Narrowing) => bulkActions(narrowing).map(({ action }) => action)

  it('goes by its state: failed ones are retried, unended ones canceled', () => {
    expect(actions({})).toEqual(['retry', 'cancel'])
    expect(actions({ state: 'failed' })).toEqual(['retry'])
    expect(actions({ state: 'queued,started' })).toEqual(['cancel'])
    expect(actions({ state: 'finished' })).toEqual([])
    expect(actions({ state: 'queued,failed' })).toEqual([])
    expect(actions({ ended_after: '1h' })).toEqual(['retry'])
  })
})

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000)
const job = (changes: Partial<JobDetail>): JobDetail => ({
  id: '1',
  name: 'resize',
  queue: 'images',
  state: 'queued',
  args: [],
  result: null,
  error: null,
  progress: null,
  progressMessage: null,
  priority: 0,
  attempts: 0,
  maxAttempts: 1,
  canceledHow: null,
  correlationId: null,
  parked: false,
  createdAt: at(0),
  runAt: at(0),
  startedAt: null,
  endedAt: null,
  failures: [],
  log: [],
  steps: [],
  parents: [],
  children: [],
  ...changes,
})

describe('A log without lines', () => {
  it('tells a job that has not run from one whose handler wrote nothing', () => {
    expect(whyEmpty(job({ state: 'deferred' }))).toMatch(/has not run yet/)
    expect(whyEmpty(job({ state: 'canceled', endedAt: at(9), canceledHow: 'before_start' }))).toMatch(
      /never ran/,
    )
    expect(whyEmpty(job({ state: 'started', startedAt: at(1) }))).toMatch(/nothing.*so far/)
    const failure = { attempt: 1, startedAt: at(1), endedAt: at(2), error: 'no', stack: null }
    expect(whyEmpty(job({ state: 'scheduled', failures: [failure] }))).toMatch(/so far/)
    expect(whyEmpty(job({ state: 'finished', startedAt: at(1), endedAt: at(2) }))).toMatch(/wrote nothing/)
  })
})

describe('What happened to a job', () => {
  const titles = (changes: Partial<JobDetail>) => timelineOf(job(changes)).map(({ title }) => title)

  it('is only its creation while it waits, and its due time while it is scheduled', () => {
    expect(titles({})).toEqual(['Created'])
    expect(titles({ state: 'scheduled', runAt: at(60) })).toEqual(['Created', 'Due'])
  })

  it('has each failed attempt once, also the last one that startedAt repeats', () => {
    const failure = (attempt: number) => ({
      attempt,
      startedAt: at(attempt * 10),
      endedAt: at(attempt * 10 + 5),
      error: 'no',
      stack: null,
    })
    const ended = {
      state: 'failed' as const,
      startedAt: at(20),
      endedAt: at(25),
      failures: [failure(1), failure(2)],
    }
    expect(titles(ended)).toEqual(['Created', 'Attempt 1 failed', 'Attempt 2 failed', 'Failed for good'])
    expect(titles({ ...ended, state: 'started', startedAt: at(30), endedAt: null })).toEqual([
      'Created',
      'Attempt 1 failed',
      'Attempt 2 failed',
      'Attempt 3 began',
    ])
  })

  it('ends with how it ended', () => {
    expect(titles({ state: 'finished', startedAt: at(1), endedAt: at(2) }).at(-1)).toBe('Finished')
    const canceled = timelineOf(job({ state: 'canceled', canceledHow: 'before_start', endedAt: at(2) }))
    expect(canceled.at(-1)).toMatchObject({ title: 'Canceled', text: 'before it began' })
  })
})
