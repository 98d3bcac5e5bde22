import type { JobDetail } from '@factotum/jobs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filterOf, listAddress } from './filter.ts'
import { jobId } from './job-id.ts'
import { countNewer } from './newer-jobs.tsx'
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
  it('is the same after a way through the address', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            state: fc.constantFrom('queued' as const, 'failed' as const),
            queue: fc.string({ minLength: 1 }).filter((text) => text.trim() === text && text !== ''),
            name: fc.string({ minLength: 1 }).filter((text) => text.trim() === text && text !== ''),
          },
          { requiredKeys: [] },
        ),
        (filter) => {
          const query = new URL(listAddress(filter), 'http://here').searchParams
          expect(filterOf(Object.fromEntries(query))).toEqual(filter)
        },
      ),
    )
  })

  it('is not narrowed by empty fields of a form', () => {
    expect(filterOf({ state: '', queue: ' ', name: '' })).toEqual({})
  })

  it('refuses an unknown state and names those there are', () => {
    expect(() => filterOf({ state: 'done' })).toThrow(/no state "done".*scheduled.*finished/)
  })
})

it('Newer jobs are counted by number, not by text: 10 comes after 9', () => {
  const job = (id: string) => ({ id }) as JobDetail
  expect(countNewer([job('11'), job('10'), job('9')], '9')).toBe(2)
})

describe('What happened to a job', () => {
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
