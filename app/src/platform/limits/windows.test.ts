import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TestDatabase } from '@factotum/postgres/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect, type OpenDatabase } from '../database/index.ts'
import { appDatabase } from '../database/testing.ts'
import { type Counted, countCalls } from './windows.ts'

vi.setConfig({ testTimeout: 120_000 })

let owned: TestDatabase
let database: OpenDatabase
beforeAll(async () => {
  owned = await appDatabase()
  database = connect(owned.url)
}, 60_000)
afterAll(async () => {
  await database.close()
  await owned.drop()
})

let clients = 0
const newClient = () => `account:${++clients}`

/** As if the window had come to its end. */
const turn = (client: string, name: 'hour' | 'day') =>
  database.pool.query('update factotum.call_limit set expire = 1 where key = $1', [`${name}:${client}`])

const left = ({ windows }: Counted) => windows.map((window) => window.left)

describe('Two windows', () => {
  it('are spent together, and a refused call spends neither', async () => {
    const count = countCalls(database.pool)
    const client = newClient()
    const limits = { hourly: 2, daily: 3 }
    const seen: [boolean, number[]][] = []
    const call = async () => {
      const counted = await count(client, limits)
      seen.push([counted.allowed, left(counted)])
    }
    for (let n = 0; n < 4; n++) await call()
    await turn(client, 'hour')
    for (let n = 0; n < 3; n++) await call()
    expect(seen).toEqual([
      [true, [1, 2]],
      [true, [0, 1]],
      [false, [0, 1]],
      [false, [0, 1]],
      [true, [1, 0]],
      [false, [1, 0]],
      [false, [1, 0]],
    ])
  })

  it('let exactly as many calls through as a model says, whatever is called, turned and set', async () => {
    const count = countCalls(database.pool)
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant<'call' | 'hour' | 'day'>('call') },
      { weight: 1, arbitrary: fc.constantFrom<'call' | 'hour' | 'day'>('hour', 'day') },
    )
    const limit = fc.integer({ min: 1, max: 5 })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, limit, limit), { maxLength: 30 }), async (steps) => {
        const client = newClient()
        const used = { hour: 0, day: 0 }
        for (const [what, hourly, daily] of steps) {
          if (what !== 'call') {
            await turn(client, what)
            used[what] = 0
            continue
          }
          const fits = used.hour < hourly && used.day < daily
          expect((await count(client, { hourly, daily })).allowed).toBe(fits)
          if (fits) {
            used.hour++
            used.day++
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  it('hold to the call over four processes that call at once', async () => {
    const program = fileURLToPath(new URL('./testing/caller.ts', import.meta.url))
    const client = newClient()
    const run = async () => {
      const child = fork(program, [owned.url, client, '60', '97', '1000'], { execArgv: ['--import', 'tsx'] })
      const [allowed]: number[] = await once(child, 'message')
      await once(child, 'exit')
      return allowed ?? 0
    }
    const allowed = await Promise.all([run(), run(), run(), run()])
    expect(allowed.reduce((sum, one) => sum + one, 0)).toBe(97)
    // All that was refused was given back: after the hour's turn the day has as many left as it should.
    await turn(client, 'hour')
    expect(left(await countCalls(database.pool)(client, { hourly: 97, daily: 1_000 }))).toEqual([96, 902])
  })
})
