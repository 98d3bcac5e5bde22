import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ClaimedJob } from '../src/worker/claimed-job.ts'
import { Floors } from '../src/worker/floors.ts'

const job = (priority: number, runAt: number, id: string): ClaimedJob => ({
  id,
  token: '1',
  name: 'note',
  queue: 'q',
  args: '[]',
  argsRef: null,
  attempts: 0,
  maxAttempts: 1,
  priority,
  runAt,
  scheduledFor: new Date(0),
  correlationId: null,
  followed: false,
  suspect: false,
  strict: false,
  startRecorded: true,
  turnEnds: null,
  options: null,
})

const floorOf = (floors: Floors) => floors.forClaim(['q'], 0).places[0] ?? null

test('a claim that took all there was leaves the floor at the furthest place it ever reached', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.integer({ min: -3, max: 3 }),
          fc.integer({ min: 0, max: 5 }),
          fc.integer({ min: 1, max: 50 }),
        ),
      ),
      (places) => {
        const floors = new Floors()
        for (const [priority, runAt, id] of places)
          floors.claimed([job(priority, runAt, String(id))], false, null, 0)
        const furthest = places.toSorted((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]).at(-1)
        expect(floorOf(floors)).toBe(furthest ? `[${furthest.join(',')}]` : null)
      },
    ),
  )
})

test('a full claim from the beginning puts the floor back to its last job: more may be right behind it', () => {
  const floors = new Floors()
  floors.claimed([job(0, 100, '9')], false, null, 0)
  floors.claimed([job(-1, 50, '10')], true, null, 0)
  expect(floorOf(floors)).toBe('[-1,50,10]')
})

test('ids are compared as numbers, also past what a double holds', () => {
  const floors = new Floors()
  floors.claimed([job(0, 0, '9007199254740993')], false, null, 0)
  floors.claimed([job(0, 0, '9007199254740992')], false, null, 0)
  expect(floorOf(floors)).toBe('[0,0,9007199254740993]')
  floors.lower('q', [0, 0, '10'])
  expect(floorOf(floors)).toBe('[0,0,10]')
  floors.lower('q', [0, 0, '9'])
  floors.lower('q', [0, 0, '11'])
  expect(floorOf(floors)).toBe('[0,0,9]')
})

test('a probe goes with every claim while it passes over little, however slow, else for 5 % of the time', () => {
  const floors = new Floors()
  const probes = (now: number) => floors.forClaim(['q'], now).probe
  floors.claimed([], false, { ms: 80, passed: 3_999 }, 0)
  expect(probes(0)).toBe(true)
  floors.claimed([], false, { ms: 80, passed: 4_000 }, 4)
  expect(probes(1_603)).toBe(false)
  expect(probes(1_604)).toBe(true)
})
