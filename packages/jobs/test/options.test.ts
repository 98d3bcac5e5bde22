import { describe, expect, test } from 'vitest'
import { JobError } from '../src/errors.ts'
import type { CallOptions, JobOptions } from '../src/job-options.ts'
import { checkCallOptions, checkJobName, checkJobOptions } from '../src/options.ts'

const job = (options: unknown) => () => checkJobOptions(options as JobOptions, 'resize')
const call = (options: unknown) => () => checkCallOptions(options as CallOptions, 'resize')

describe('options of a job', () => {
  test('are accepted at their limits', () => {
    job({})()
    job({
      queue: 'q'.repeat(200),
      priority: -32_767,
      retries: 0,
      backoff: 'fixed',
      backoffDelay: 1,
      timeout: '24d',
    })()
    job({ priority: 32_767, retries: 32_766, backoff: (failed: number) => failed * 1000, queue: undefined })()
  })

  test('that do not exist are refused with the one that was meant', () => {
    expect(job({ retrys: 3 })).toThrow(JobError.Invalid)
    expect(job({ retrys: 3 })).toThrow('There is no option "retrys" of job "resize". Did you mean "retries"?')
    expect(job({ timeOut: 3 })).toThrow('Did you mean "timeout"?')
    expect(job({ zebra: 3 })).toThrow(
      'There is no option "zebra" of job "resize". Options are queue, priority, retries, backoff, backoffDelay, timeout, serialKey, retryHoldsKey, limitKey, uniqueKey, uniqueWhile, debounce, schema, sandbox, memory.',
    )
    expect(job({ client: {} })).toThrow('There is no option "client"')
    expect(job({ constructor: 1 })).toThrow('There is no option "constructor"')
  })

  test.each<[object, string]>([
    [
      { queue: '' },
      'The queue of job "resize" must be text of 1 to 200 characters, without NUL or lone surrogates; it is "".',
    ],
    [{ queue: 'q'.repeat(201) }, 'it is a text of 201 characters.'],
    [{ queue: 'a\0' }, 'The queue of job "resize" must be text'],
    [{ queue: 7 }, 'it is 7.'],
    [
      { priority: 1.5 },
      'The priority of job "resize" must be a whole number from -32767 to 32767; it is 1.5.',
    ],
    [{ priority: 40_000 }, 'it is 40000.'],
    [{ priority: '5' }, 'it is "5".'],
    [{ retries: -1 }, 'The retries of job "resize" must be a whole number from 0 to 32766; it is -1.'],
    [{ retries: Number.NaN }, 'it is NaN.'],
    [
      { backoff: 'exponental' },
      'must be one of "fixed", "exponential"; it is "exponental". Did you mean "exponential"?',
    ],
    [{ backoff: null }, 'it is null.'],
    [
      { backoffDelay: '0s' },
      'The backoffDelay of job "resize" must be a duration from 1 ms to 365 days; it is "0s".',
    ],
    [{ timeout: '25d' }, 'must be a duration from 1 ms to 24 days; it is "25d".'],
    [{ timeout: true }, "must be a duration, such as '10s'; it is true."],
    [{ timeout: 'soon' }, `The timeout of job "resize" can't be 'soon'.`],
  ])('%o are refused', (options, sentence) => {
    expect(job(options)).toThrow(JobError.Invalid)
    expect(job(options)).toThrow(sentence)
  })

  test('must be an object', () => {
    expect(job('fast')).toThrow('The options of job "resize" must be an object.')
    expect(job(null)).toThrow('The options of job "resize" must be an object.')
  })
})

describe('options of a call', () => {
  test('are those of the job, and more', () => {
    call({
      priority: 5,
      client: { query: async () => ({ rows: [], rowCount: 0 }) },
      correlationId: 'c',
      follow: true,
    })()
    expect(call({ retries: -1 })).toThrow('The retries for a call of job "resize" must be')
  })

  test.each<[object, string]>([
    [
      { client: {} },
      'The client for a call of job "resize" must be a client or transaction of pg, postgres, Kysely, Drizzle or Prisma, or an object with query(sql, values); it is an object.',
    ],
    [{ client: 'tx' }, 'it is "tx".'],
    [{ correlationId: 'x'.repeat(201) }, 'it is a text of 201 characters.'],
    [{ follow: 1 }, 'The follow for a call of job "resize" must be true or false; it is 1.'],
    [{ prioritty: 1 }, 'Did you mean "priority"?'],
  ])('%o are refused', (options, sentence) => {
    expect(call(options)).toThrow(JobError.Invalid)
    expect(call(options)).toThrow(sentence)
  })
})

test('a job has a name of 1 to 200 characters', () => {
  checkJobName('Größe ändern')
  expect(() => checkJobName('')).toThrow('The name of a job must be text of 1 to 200 characters')
  expect(() => checkJobName('\ud800')).toThrow(JobError.Invalid)
})
