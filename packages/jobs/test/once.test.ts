import fc from 'fast-check'
import { expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import { setting, until } from './setting.ts'

const t = setting()

test('many workers run no job twice, and leave none', async () => {
  const seen = new Map<string, number>()
  const count = 4_000
  const managers = Array.from({ length: 5 }, () => t.manager())
  for (const jobs of managers) {
    jobs.job('note', async () => {
      const { id } = currentJob()
      seen.set(id, (seen.get(id) ?? 0) + 1)
    })
    await t.worker(jobs, { concurrency: 7 })
  }
  const note = t.manager().define<[n: number]>('note')
  for (let batch = 0; batch < 4; batch++) {
    await note.delayMany(Array.from({ length: count / 4 }, (_, n) => [n] as [number]))
  }
  await until(() => seen.size === count)
  expect([...seen.values()].every((times) => times === 1)).toBe(true)
  await until(async () => (await t.sql('select from factotum_jobs.done')).length === count)
})

test('whatever mixture of good, failing, late and canceled jobs: each comes to the end it must', async () => {
  const jobs = t.manager({ timing: { cancelGrace: 200 } })
  const step = jobs.job(
    'step',
    async (kind: string) => {
      const { attempt, signal } = currentJob()
      if (kind === 'bad' || (kind === 'flaky' && attempt === 1)) throw new Error(kind)
      if (kind === 'long') await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return kind
    },
    { retries: 1, backoff: 'fixed', backoffDelay: 5 },
  )
  await t.worker(jobs, { concurrency: 100 })
  const kinds = fc.constantFrom('good', 'bad', 'flaky', 'late', 'long', 'dropped')
  await fc.assert(
    fc.asyncProperty(fc.array(kinds, { minLength: 1, maxLength: 25 }), async (calls) => {
      const handles = await Promise.all(
        calls.map((kind) =>
          kind === 'late'
            ? step.delayIn(20, kind)
            : kind === 'dropped'
              ? step.delayIn('1h', kind)
              : step.delay(kind),
        ),
      )
      const ends = await Promise.all(
        handles.map(async (handle, index) => {
          const kind = calls[index]
          if (kind === 'long' || kind === 'dropped') await handle.cancel()
          await handle.result().catch(() => {})
          const status = await handle.status()
          return `${kind}: ${status?.state} ${status?.canceledHow ?? status?.attempts}`
        }),
      )
      for (const end of ends) {
        expect([
          'good: finished 1',
          'bad: failed 2',
          'flaky: finished 2',
          'late: finished 1',
          'long: canceled cooperative',
          'long: canceled before_start',
          'dropped: canceled before_start',
        ]).toContain(end)
      }
    }),
    { numRuns: 15 },
  )
  expect(await t.sql('select from factotum_jobs.job')).toEqual([])
})
