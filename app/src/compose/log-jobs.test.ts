import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JobError, type Worker } from '@factotum/jobs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { as } from '../platform/accounts/testing.ts'
import { readConfig } from '../platform/config/index.ts'
import { createLog, log, logFolder } from '../platform/logging/index.ts'
import { type LogQuery, readLog } from '../platform/logging/read.ts'
import { type Receiver, startReceiver } from './testing/receiver.ts'
import { attribute, spansOf } from './testing/spans.ts'
import { type TestWeb, testWeb } from './testing.ts'

let home: string
let web: TestWeb
let worker: Worker
let receiver: Receiver
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'factotum-log-'))
  receiver = await startReceiver()
  web = await testWeb(createLog(readConfig({ FACTOTUM_HOME: home, LOG_LEVEL: 'debug' }), 'test'), {
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}` },
  })
  worker = web.context.jobs.worker({ queues: ['files', 'default'] })
  await worker.start()
})
afterAll(async () => {
  await worker.stop()
  await web.stop()
  await receiver.gone()
  await rm(home, { recursive: true })
})

const lines = async (query: Partial<LogQuery>) =>
  (await readLog(logFolder(home), { limit: 100, ...query })).lines.reverse()

describe('The page of the log', () => {
  it('does not write what it shows by itself', async () => {
    for (const url of ['/logs', '/logs/lines'])
      expect((await web.app.inject({ url, headers: as({ role: 'admin' }) })).statusCode).toBe(200)
    expect(await lines({ text: 'path' })).toMatchObject([{ message: 'request', fields: { path: '/logs' } }])
  })
})

describe('One id', () => {
  it('leads from the request to its job: their lines, the job, the events and one trace have it', async () => {
    const boundary = 'x-x-x'
    const answer = await web.app.inject({
      method: 'POST',
      url: '/processing_file/',
      headers: {
        ...as({ role: 'admin' }),
        accept: 'application/json',
        'x-request-id': 'followed-1',
        'content-type': `multipart/form-data; boundary=${boundary}`,
      },
      payload: `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\ncontent-type: text/csv\r\n\r\na,b\n1,2\n\r\n--${boundary}--\r\n`,
    })
    expect([answer.statusCode, answer.headers['x-request-id']]).toEqual([201, 'followed-1'])
    await expect
      .poll(() => lines({ request: 'followed-1', lowest: 'info' }), { timeout: 20_000 })
      .toMatchObject([
        { message: 'request', request: 'followed-1', fields: { method: 'POST', status: 201 } },
        {
          message: 'job',
          correlation: 'followed-1',
          job: expect.any(String),
          fields: { name: 'files.profile' },
        },
      ])
    const job = (await lines({ request: 'followed-1', lowest: 'info' })).at(-1)?.job ?? ''
    expect(await web.context.jobs.get(job)).toMatchObject({ correlationId: 'followed-1' })
    const { events } = await web.context.events.read({ correlationId: 'followed-1', limit: 10 })
    expect(events.map(({ code }) => code)).toEqual(['PROCESSED', 'UPLOADED'])
    const found = (name: string) => spansOf(receiver, 'followed-1').find((span) => span.name === name)
    await expect.poll(() => found('job files.profile'), { timeout: 20_000 }).toBeDefined()
    const [request, run] = [found('POST /processing_file'), found('job files.profile')]
    expect(run).toMatchObject({ traceId: request?.traceId, parentSpanId: request?.spanId })
    expect(run && attribute(run, 'factotum.job.id')).toBe(job)
  })

  it('is on all that a job logs, also where it fails, and that no request caused it is told quietly', async () => {
    const { jobs } = web.context
    const odd = jobs.job('odd', async (): Promise<null> => {
      await Promise.resolve()
      log.warning('within')
      throw new JobError.Fatal('no ink')
    })
    const plain = jobs.job('plain', async (): Promise<null> => {
      await Promise.resolve()
      log.info('within the second')
      return null
    })
    const failed = (await odd.delay()).id
    const quiet = (await plain.delay()).id
    await expect
      .poll(() => lines({ job: failed }), { timeout: 20_000 })
      .toMatchObject([
        { message: 'within', level: 'warning' },
        { message: 'job not finished', level: 'warning', error: expect.stringContaining('no ink') },
      ])
    await expect.poll(async () => (await jobs.status(quiet))?.state, { timeout: 20_000 }).toBe('finished')
    expect(await lines({ job: quiet, lowest: 'info' })).toMatchObject([{ message: 'within the second' }])
  })
})
