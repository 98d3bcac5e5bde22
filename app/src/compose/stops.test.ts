import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { Stops } from './stops.ts'

const quiet = pino({ level: 'silent' })

describe('Stopping', () => {
  it('goes stage by stage, the last first, and a stage ends together', async () => {
    const seen: string[] = []
    const stops = new Stops(quiet)
    const step = (what: string, ms: number) =>
      stops.add(what, async () => {
        seen.push(`${what} begins`)
        await new Promise((resolve) => setTimeout(resolve, ms))
        seen.push(`${what} ends`)
      })
    step('database', 0)
    stops.stage()
    step('web', 30)
    step('worker', 1)
    await stops.run()
    expect(seen).toEqual([
      'web begins',
      'worker begins',
      'worker ends',
      'web ends',
      'database begins',
      'database ends',
    ])
  })

  it('goes on when a step fails, and happens once', async () => {
    let closed = 0
    const stops = new Stops(quiet)
    stops.add('database', async () => closed++)
    stops.stage()
    stops.add('web', () => Promise.reject(new Error('stuck')))
    await Promise.all([stops.run(), stops.run()])
    expect(closed).toBe(1)
  })
})
