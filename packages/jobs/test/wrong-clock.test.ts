import { expect, test } from 'vitest'
import { fast, setting, until } from './setting.ts'

const t = setting()

interface RunRow {
  id: string
  attempt: number
  scheduled_for: Date
  at: Date
  clock: string
}

test('workers and schedulers whose clocks are ten minutes wrong start nothing twice, early or late, and lose nothing', async () => {
  await t.sql(
    'create table run (id bigint, attempt int, scheduled_for timestamptz, clock bigint, at timestamptz default clock_timestamp())',
  )
  for (const minutes of [10, -10, 0]) {
    await t.child('wrong-clock-process.ts', JSON.stringify(fast), String(minutes))
  }
  const jobs = t.manager({ timing: fast })
  const [note, twice, long] = [jobs.define('note'), jobs.define('twice', { retries: 1 }), jobs.define('long')]
  const tick = jobs.define('tick')
  await tick.scheduleCron('* * * * * *')
  const now = await note.delayMany(Array.from({ length: 200 }, () => []))
  const later = await Promise.all(Array.from({ length: 20 }, () => note.delayIn('2s')))
  const again = await twice.delayMany(Array.from({ length: 20 }, () => []))
  // Longer than a death takes.
  const slow = await long.delayMany([[], [], []])
  await Promise.all([...now, ...later, ...again, ...slow].map((handle) => handle.result()))
  const ticks = () =>
    t.sql<{ id: string }>("select id from factotum_jobs.done where name = 'tick' and state = 10")
  await until(async () => (await ticks()).length >= 3)

  const rows = await t.sql<RunRow>('select * from run order by at')
  const runsOf = (handles: { id: string }[]) => {
    const ids = new Set(handles.map(({ id }) => id))
    return rows.filter(({ id }) => ids.has(id))
  }
  // The test has the clocks that it is about: one 20 minutes before another, on the same runs.
  const shifts = rows.map(({ clock, at }) => Math.round((Number(clock) - at.getTime()) / 60_000))
  expect(new Set(shifts)).toEqual(new Set([10, -10, 0]))

  for (const handles of [now, later, slow]) expect(runsOf(handles)).toHaveLength(handles.length)
  expect(runsOf(later).every(({ at, scheduled_for }) => at >= scheduled_for)).toBe(true)
  for (const handle of again) {
    const [first, second, ...more] = runsOf([handle])
    expect([first?.attempt, second?.attempt, more]).toEqual([1, 2, []])
    expect(Number(second?.at) - Number(first?.at)).toBeGreaterThanOrEqual(1_000)
  }

  const fires = runsOf(await ticks())
  expect(new Set(fires.map(({ scheduled_for }) => scheduled_for.getTime())).size).toBe(fires.length)
  expect(fires.every(({ at, scheduled_for }) => at >= scheduled_for)).toBe(true)
  expect(await t.sql('select from factotum_jobs.done where deaths > 0')).toEqual([])
}, 60_000)
