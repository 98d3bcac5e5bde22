import { expect, test } from 'vitest'
import { type Fenced, FencedWrites } from '../src/worker/fenced-writes.ts'

test('of two claims of one job whose ends are written together, only the one that holds it is told that it was written', async () => {
  const told: string[] = []
  const writes = new FencedWrites<Fenced>({
    atOnce: 1,
    most: 10,
    mostWeight: 10,
    write: async () => [],
    held: async () => new Set(),
    written: (items) => told.push(...items.map(({ id, token }) => `written ${id} ${token}`)),
    lost: ({ id, token }) => told.push(`lost ${id} ${token}`),
    refused: () => {},
    report: () => {},
  })
  for (const [id, token] of [
    ['1', '9'],
    ['2', '9'],
    ['1', '10'],
  ] as const)
    writes.add({ id, token })
  await writes.settled()
  expect(told).toEqual(['lost 1 9', 'written 1 10', 'written 2 9'])
})
