import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Sleep } from '../src/worker/sleep.ts'

let said: boolean[]
let looks: number
let sleep: Sleep
/** What a look finds. */
let found: boolean

beforeEach(() => {
  vi.useFakeTimers()
  said = []
  looks = 0
  found = false
  sleep = new Sleep({
    look() {
      looks++
      if (found) sleep.working()
      else sleep.fallAsleep()
    },
    say: (sleeping) => said.push(sleeping),
  })
})
afterEach(() => vi.useRealTimers())

test('after an empty look it looks three times more, and then waits to be woken', () => {
  sleep.fallAsleep()
  vi.advanceTimersByTime(60_000)
  expect([looks, said]).toEqual([3, []])
  sleep.wake()
  expect(looks).toBe(4)
})

test('woken now and then it goes on to be woken', () => {
  for (let time = 0; time < 500; time++) {
    sleep.wake()
    vi.advanceTimersByTime(10)
  }
  expect(said).toEqual([])
})

test('woken too often it asks to be left alone, looks by itself, ever later, and sleeps again when nothing comes', () => {
  for (let time = 0; time < 100; time++) sleep.wake()
  expect(said).toEqual([false])
  looks = 0
  vi.advanceTimersByTime(75)
  expect(looks).toBe(4)
  vi.advanceTimersByTime(2_000)
  expect(said).toEqual([false, true])
  expect(looks).toBeLessThan(40)
  looks = 0
  vi.advanceTimersByTime(60_000)
  expect(looks).toBe(0)
})

test('while it finds something it is awake, and looks again soon', () => {
  for (let time = 0; time < 100; time++) sleep.wake()
  for (let time = 0; time < 1_000; time++) {
    found = true
    sleep.wake()
    found = false
    sleep.fallAsleep()
    looks = 0
    vi.advanceTimersByTime(5)
    expect(looks).toBe(1)
  }
  expect(said).toEqual([false])
})

test('stopped, it neither looks nor says anything', () => {
  sleep.fallAsleep()
  sleep.stop()
  for (let time = 0; time < 100; time++) sleep.wake()
  vi.advanceTimersByTime(60_000)
  expect([looks, said]).toEqual([0, []])
})
