import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Database } from '../src/database.ts'
import { JobError } from '../src/errors.ts'
import type { JobFilter } from '../src/job-filter.ts'
import { listPage } from '../src/list.ts'
import { looking } from '../src/looking.ts'
import { checkFilter } from '../src/search/filter.ts'
import { countJobs } from '../src/search/find.ts'
import { placesOf } from '../src/search/places.ts'
import { gather, gathered, stretchEnd, walk } from '../src/sql/find-jobs.ts'
import type { JobState } from '../src/types.ts'
import { scansOf } from './plan.ts'
import { setting } from './setting.ts'

const t = setting()

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

/** Jobs put into the tables as they would lie there, of every state, name, queue, age and content. */
async function strew(count: number): Promise<void> {
  const common = `g, now() - g % 7 * interval '1 minute', now() - (${count} - g) * interval '1 minute', 0, 3,
    'q' || g % 3, 'n' || (g * 7) % 5, jsonb_build_array(jsonb_build_object('customer', g % 4, 'note', 'Paper ' || g || '"')),
    case when g % 2 = 0 then jsonb_build_array(jsonb_build_object('error', 'No ink in tray ' || g)) end`
  const columns = 'id, run_at, created_at, priority, max_attempts, queue, name, args, failures'
  const history = `insert into factotum_jobs.HISTORY (${columns}, state, attempts, deaths, ended_at, started_at, error)
    select ${common}, STATE, 1, 0, now() - (${count} - g) % 300 * interval '1 second', now(), 'Error: tray ' || g from generate_series(1, ${count}) g where g % 8 = REST`
  await t.sql(
    `insert into factotum_jobs.job (${columns}, state, token, worker, started_at)
     select ${common.replace("now() - g % 7 * interval '1 minute'", "now() + (g % 3 - 1) * interval '1 hour'")},
       case g % 8 when 0 then 0 when 1 then 1 when 2 then 2 when 3 then case when g % 16 = 3 then 3 else 4 end else case when g % 16 = 4 then 5 else 6 end end,
       case when g % 8 = 2 then g end, case when g % 8 = 2 then 1 end, case when g % 16 = 2 then now() end
     from generate_series(1, ${count}) g where g % 8 < 5`,
  )
  for (const [table, state, rest] of [
    ['done', 10, 5],
    ['done', 12, 6],
    ['failed', 11, 7],
  ])
    await t.sql(
      history.replace('HISTORY', String(table)).replace('STATE', String(state)).replace('REST', String(rest)),
    )
}

/** The same question, asked of every job there is. */
async function all(filter: JobFilter): Promise<string[]> {
  const states = filter.state === undefined ? null : [filter.state].flat()
  const rows = await t.sql<{ id: string }>(
    `select id from factotum_jobs.status
     where ($1::text[] is null or state = any ($1)) and ($2::text is null or queue = $2) and ($3::text is null or name = $3)
       and ($4::timestamptz is null or created_at >= $4) and ($5::timestamptz is null or created_at < $5)
       and ($6::timestamptz is null or ended_at >= $6) and ($7::timestamptz is null or ended_at < $7)
       and ($8::jsonb is null or args @> $8) and ($9::text is null or strpos(lower(args::text || coalesce(error, '')), lower($9)) > 0)
     order by id desc`,
    [
      states,
      filter.queue,
      filter.name,
      filter.createdAfter,
      filter.createdBefore,
      filter.endedAfter,
      filter.endedBefore,
      filter.args === undefined ? null : JSON.stringify([filter.args]),
      filter.text,
    ],
  )
  return rows.map(({ id }) => id)
}

const states: JobState[] = ['scheduled', 'queued', 'started', 'finished', 'failed', 'canceled', 'deferred']
const filters = fc.record(
  {
    state: fc.oneof(
      fc.constantFrom<JobState[]>(...states),
      fc.subarray<JobState>(states, { minLength: 1, maxLength: 3 }),
    ),
    queue: fc.constantFrom('q0', 'q1', 'q2', 'none'),
    name: fc.constantFrom('n0', 'n3', 'none'),
    createdAfter: fc.integer({ min: 0, max: 300 }).map(minutesAgo),
    createdBefore: fc.integer({ min: 0, max: 300 }).map(minutesAgo),
    endedAfter: fc.integer({ min: 0, max: 5 }).map(minutesAgo),
    endedBefore: fc.integer({ min: 0, max: 5 }).map(minutesAgo),
    args: fc.constantFrom({ customer: 1 }, { customer: 9 }),
    text: fc.constantFrom('paper 1', 'INK', 'tray 2', '%', '"}'),
  },
  { requiredKeys: [] },
)

describe('a search in bounded looks', () => {
  test('finds each job that matches once, in order, both ways, and counts no more than there are', async () => {
    const database = new Database({ connectionString: t.url, schema: 'factotum_jobs', migrate: false })
    await strew(240)
    const looks = fc.record({ look: fc.integer({ min: 3, max: 60 }), limit: fc.integer({ min: 1, max: 30 }) })
    try {
      await fc.assert(
        fc.asyncProperty(filters, looks, async (filter, { look, limit }) => {
          const expected = await all(filter)
          const older: string[] = []
          let before: string | null = null
          do {
            const page = await listPage(database, filter, { limit, ...(before ? { before } : {}) }, look)
            older.push(...page.jobs.map(({ id }) => id))
            before = page.next
          } while (before !== null)
          expect(older).toEqual(expected)
          const newer: string[] = []
          let after: string | null = '0'
          do {
            const page = await listPage(database, filter, { limit, after }, look)
            newer.unshift(...page.jobs.map(({ id }) => id))
            after = page.previous
          } while (after !== null)
          expect(newer).toEqual(expected)
          const checked = checkFilter(filter, 'of a test')
          const { count, more } = await looking(database, (client) =>
            countJobs(client, database.schema, checked, limit, look),
          )
          if (more) expect(count).toBeLessThanOrEqual(Math.min(limit, expected.length))
          else expect(count).toBe(expected.length)
        }),
        { numRuns: 60 },
      )
    } finally {
      await database.close()
    }
  })

  test('turns around at a page: what it saw last is next to what it sees then', async () => {
    const jobs = t.manager()
    await strew(80)
    const first = await jobs.list({ queue: 'q1' }, { limit: 5 })
    expect(first.previous).toBeNull()
    const second = await jobs.list({ queue: 'q1' }, { limit: 5, before: first.next ?? '' })
    const back = await jobs.list({ queue: 'q1' }, { limit: 5, after: second.previous ?? '' })
    expect(back.jobs.map(({ id }) => id)).toEqual(first.jobs.map(({ id }) => id))
    const again = await jobs.list({ queue: 'q1' }, { limit: 5, before: back.next ?? '' })
    expect(again.jobs.map(({ id }) => id)).toEqual(second.jobs.map(({ id }) => id))
  })

  test('goes through no more rows than its look, by indexes alone, whatever the statistics say', async () => {
    const database = new Database({ connectionString: t.url, schema: 'factotum_jobs', migrate: false })
    await t.sql('analyze factotum_jobs.job, factotum_jobs.done, factotum_jobs.failed')
    await strew(8_000)
    const look = 100
    const hard: JobFilter[] = [
      {},
      { name: 'none' },
      { queue: 'none' },
      { text: 'nowhere' },
      { args: { customer: 77 } },
      { endedAfter: minutesAgo(-10) },
      ...states.map((state) => ({ state, name: 'none' })),
    ]
    try {
      await looking(database, async (client) => {
        for (const filter of hard)
          for (const toward of ['older', 'newer'] as const) {
            const checked = checkFilter(filter, 'of a test')
            const search = { filter: checked, toward, from: null, limit: 10, look }
            for (const place of placesOf(checked)) {
              const statements = [
                walk(database.schema, place, search),
                stretchEnd(database.schema, place, search),
              ]
              if (place.gather)
                statements.push(
                  gathered(database.schema, place, search),
                  gather(database.schema, place, search),
                )
              for (const { text, values } of statements) {
                const scans = await scansOf(client, text, values ?? [])
                for (const scan of scans) {
                  if (scan['Relation Name'] === 'argument') continue
                  expect(scan['Node Type'], text).toMatch(/^Index (Only )?Scan$/)
                  expect(scan.seen, `${text}\n${JSON.stringify(scan)}`).toBeLessThanOrEqual(look)
                }
              }
            }
          }
      })
    } finally {
      await database.close()
    }
  })
})

describe('a filter', () => {
  test('reads arguments that are stored apart, errors, and text as people write it', async () => {
    const jobs = t.manager()
    const note = jobs.define<[{ customer: number; text: string }, number]>('note')
    const large = await note.delay({ customer: 7, text: `${'x'.repeat(10_000)} Zürich` }, 1)
    const quoted = await note.delay({ customer: 8, text: 'he said "no"\nand 100%' }, 2)
    const ids = async (filter: JobFilter) => (await jobs.list(filter)).jobs.map(({ id }) => id)
    expect(await ids({ args: { customer: 7 } })).toEqual([large.id])
    expect(await ids({ args: [{ customer: 8 }, 2] })).toEqual([quoted.id])
    expect(await ids({ args: [2, { customer: 8 }] })).toEqual([quoted.id])
    expect(await ids({ args: [{ customer: 8 }, 1] })).toEqual([])
    expect(await ids({ args: 1 })).toEqual([large.id])
    expect(await ids({ text: 'zürich' })).toEqual([large.id])
    expect(await ids({ text: 'said "no"\nand 100%' })).toEqual([quoted.id])
    expect(await ids({ text: '"customer": 8' })).toEqual([quoted.id])
    expect(await ids({ text: '100_' })).toEqual([])
    expect(await jobs.count({ text: 'customer' })).toEqual({ count: 2, more: false })
    expect(await jobs.count({ text: 'customer' }, { most: 1 })).toEqual({ count: 1, more: true })
  })

  test.each([
    [{ state: [] }, 'must be one of scheduled'],
    [{ state: ['failed', 'lost'] }, 'must be one of'],
    [{ createdAfter: '2026-01-01' }, 'must be a valid Date'],
    [{ endedBefore: new Date(Number.NaN) }, 'must be a valid Date'],
    [{ text: '' }, 'must be text of 1 to 200 characters'],
    [{ text: 'a\0b' }, 'without NUL'],
    [{ args: { name: '\ud800' } }, 'no lone surrogate'],
    [{ args: 1n }, 'must be JSON'],
    [{ text: 'x', names: 'y' }, 'Did you mean "name"?'],
  ])('like %o is refused', async (filter, sentence) => {
    const jobs = t.manager()
    const asked = checkable(filter)
    await expect(jobs.list(asked)).rejects.toThrow(JobError.Invalid)
    await expect(jobs.list(asked)).rejects.toThrow(sentence)
    await expect(jobs.count(asked)).rejects.toThrow(sentence)
  })

  test('refuses cursors that are none, or two', async () => {
    const jobs = t.manager()
    await expect(jobs.list({}, { before: '0' })).rejects.toThrow('"before" must be the id of a job')
    await expect(jobs.list({}, { after: 'x' })).rejects.toThrow('"after" must be the id of a job')
    await expect(jobs.list({}, { after: '1', before: '2' })).rejects.toThrow('not both')
    await expect(jobs.count({}, { most: 0 })).rejects.toThrow('from 1 to 100,000')
  })
})

/** What a program without types may say. */
const checkable = (filter: object): JobFilter => ({ ...filter })
