import fc from 'fast-check'
import { expect, test } from 'vitest'
import { itemEnded, type ResultStatus } from './index.ts'

const statuses: ResultStatus[] = ['success', 'failed', 'skipped']

test('the last progress is 1 exactly when every item has a result, whatever the results are', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...statuses), { minLength: 1, maxLength: 300 }), (items) => {
      const total = items.length
      items.forEach((status, index) => {
        const messages = itemEnded({
          topic: 'letters',
          process: 'pdfPrinter',
          filename: `${index}.docx`,
          status,
          done: index + 1,
          total,
        })
        expect(messages.map((message) => message.type)).toEqual(['process-result', 'progress'])
        const [, progress] = messages
        expect(progress?.type === 'progress' && progress.detail.value === 1).toBe(index + 1 === total)
      })
    }),
  )
})

test('it carries what it is about, and what stands beside', () => {
  expect(
    itemEnded({
      topic: 'files',
      subject: 'file:12',
      process: 'processingFile',
      filename: 'a.csv',
      status: 'skipped',
      done: 1,
      total: 4,
      further: { job_id: '77' },
    }),
  ).toEqual([
    {
      topic: 'files',
      subject: 'file:12',
      type: 'process-result',
      detail: {
        process: 'processingFile',
        status: 'skipped',
        filename: 'a.csv',
        job_id: '77',
        done: 1,
        total: 4,
      },
    },
    {
      topic: 'files',
      subject: 'file:12',
      type: 'progress',
      detail: { process: 'processingFile', value: 0.25, job_id: '77', done: 1, total: 4 },
    },
  ])
})

test.each([
  [0, 3],
  [4, 3],
  [1.5, 3],
  [1, Number.NaN],
])('item %s of %s is refused', (done, total) => {
  const item = { topic: 'files', process: 'report', filename: 'a', status: 'success' } as const
  expect(() => itemEnded({ ...item, done, total })).toThrow(`An item can't be number ${done} of ${total}.`)
})
