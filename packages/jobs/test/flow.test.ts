import { expect, test } from 'vitest'
import { setting } from './setting.ts'

const t = setting()
test('waits', async () => {
  const jobs = t.manager()
  const note = jobs.job('note', async (n: number) => n)
  const a = await note.delay(1)
  const b = await note.with({ after: a }).delay(2)
  expect((await b.status())?.state).toBe('deferred')
  const c = await note.with({ after: [a, b.id] }).delayMany([[3], [4]])
  await t.worker(jobs)
  expect(await Promise.all(c.map((h) => h.result()))).toEqual([3, 4])
})
