import type { TestDatabase } from '@factotum/postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LiveMessage } from './index.ts'
import { collect, startBus, type TestBus } from './testing/bus.ts'
import { liveDatabase } from './testing/live-database.ts'
import { until } from './testing/until.ts'

let database: TestDatabase
let bus: TestBus

beforeAll(async () => {
  database = await liveDatabase()
  bus = await startBus(database.url)
})

afterAll(async () => {
  await bus.stop()
  await database.drop()
})

test('whatever JSON can hold arrives as it was, NUL and half a surrogate pair too', async () => {
  const messages: LiveMessage[] = [
    { topic: 'files', type: 'changed', detail: 'a\u0000b \ud800 ünï "quoted" \\ \n line' },
    {
      topic: 'files',
      type: 'changed',
      detail: { deep: [1, 2.5, null, true, { '': [] }] },
      subject: 'file:12',
    },
    { topic: 'files', type: 'complete', detail: 'All is done.', extra: { batch_id: 7, total: 3 } },
    { topic: 'files', type: 'changed', detail: null },
  ]
  const collector = await collect(bus.live, ['files'])
  await bus.live.publish(bus.pool, ...messages)
  await until('all', () => collector.events.length === messages.length)
  expect(
    collector.events.map(({ topic, type, detail, subject, extra }) => ({
      topic,
      type,
      detail,
      subject,
      extra,
    })),
  ).toEqual(messages.map((message) => ({ subject: null, extra: {}, ...message })))
  for (const { at } of collector.events) expect(new Date(at).toISOString()).toBe(at)
  collector.close()
})

test('publishing nothing does nothing', async () => {
  await bus.live.publish(bus.pool)
})

const wrong: [name: string, message: unknown, sentence: string][] = [
  [
    'a topic that does not exist',
    { topic: 'mail', type: 'changed', detail: 1 },
    'There is no live topic "mail". Allowed: jobs, files, cases, letters, notifications, logs.',
  ],
  [
    'a csrf token',
    { topic: 'letters', type: 'csrf', detail: { process: 'pdfPrinter', token: 'x' } },
    'A csrf token is for one connection alone and is not published: the Socket.IO outlet sends it.',
  ],
  [
    'more than fits',
    { topic: 'files', type: 'changed', detail: 'ä'.repeat(40_000) },
    'The live message "changed" has 80056 bytes; 65536 are allowed. Publish what it is about and let readers load the rest.',
  ],
  ['no detail', { topic: 'files', type: 'changed' }, 'The live message "changed" has no detail; give null.'],
  [
    'a progress beyond 1',
    { topic: 'files', type: 'progress', detail: { process: 'processingFile', value: 1.01 } },
    'A progress value is from 0 to 1; this is 1.01.',
  ],
  [
    'a progress that is no number',
    { topic: 'files', type: 'progress', detail: { process: 'processingFile', value: Number.NaN } },
    'A progress value is from 0 to 1; this is NaN.',
  ],
]
test.each(wrong)('%s is refused', async (_, message, sentence) => {
  await expect(bus.live.publish(bus.pool, message as LiveMessage)).rejects.toThrow(sentence)
})

test('types: a fixed type can’t be given another’s detail', () => {
  const messages: LiveMessage[] = [
    { topic: 'files', type: 'process-start', detail: 'It has begun.' },
    { topic: 'files', type: 'progress', detail: { process: 'processingFile', value: 0.5, job_id: '7' } },
    {
      topic: 'files',
      type: 'process-result',
      detail: { process: 'pdfPrinter', status: 'skipped', filename: 'a' },
    },
    { topic: 'files', type: 'job.started', detail: 1 },
    // @ts-expect-error a sentence is asked for
    { topic: 'files', type: 'complete', detail: { done: true } },
    // @ts-expect-error the value is missing
    { topic: 'files', type: 'progress', detail: { process: 'processingFile' } },
    // @ts-expect-error there is no such process
    { topic: 'files', type: 'progress', detail: { process: 'other', value: 1 } },
    // @ts-expect-error there is no such status
    {
      topic: 'files',
      type: 'process-result',
      detail: { process: 'pdfPrinter', status: 'ok', filename: 'a' },
    },
    // @ts-expect-error further fields stand in the detail where it is an object
    { topic: 'files', type: 'progress', detail: { process: 'report', value: 1 }, extra: { job_id: '7' } },
    // @ts-expect-error a token is not for all
    { topic: 'files', type: 'csrf', detail: { process: 'report', token: 'x' } },
  ]
  expect(messages).toHaveLength(10)
})
