import { setTimeout as sleep } from 'node:timers/promises'
import { currentJob, JobError } from '@factotum/jobs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestConsole, testConsole } from '../testing.ts'

let test: TestConsole
let worker: { stop(): Promise<void> }
let defined: Awaited<ReturnType<typeof define>>

/** Ids of one job in each state. */
const ids = { scheduled: '', queued: '', started: '', finished: '', failed: '', canceled: '' }

function define({ jobs }: TestConsole['context']) {
  const double = jobs.job('double', async (value: number) => ({ doubled: value * 2 }), { queue: 'quick' })
  const fail = jobs.job(
    'fail',
    async (why: string): Promise<null> => Promise.reject(new JobError.Fatal(why)),
    {
      queue: 'quick',
      retries: 2,
    },
  )
  const wait = jobs.job(
    'wait',
    async () => {
      const job = currentJob()
      await job.progress(0.25, 'a quarter')
      await new Promise((resolve) => job.signal.addEventListener('abort', resolve))
      job.signal.throwIfAborted()
      return null
    },
    { queue: 'quick' },
  )
  const idle = jobs.job('idle', async () => null, { queue: 'idle' })
  return { double, fail, wait, idle }
}

beforeAll(async () => {
  test = await testConsole()
  const { jobs } = test.context
  defined = define(test.context)
  const { double, fail, wait, idle } = defined
  const running = jobs.worker({ queues: ['quick'], concurrency: 4 })
  await running.start()
  worker = running
  ids.finished = (await double.delay(21)).id
  ids.failed = (await fail.delay('No paper in "tray" <2>')).id
  ids.started = (await wait.delay()).id
  ids.scheduled = (await idle.delayIn('1h')).id
  ids.queued = (await idle.delay()).id
  ids.canceled = (await idle.delay()).id
  await jobs.cancel(ids.canceled)
  for (const state of ['finished', 'failed', 'started'] as const) await reached(ids[state], state)
  await until(async () => (await jobs.status(ids.started))?.progress === 0.25)
})

afterAll(async () => {
  await test.context.jobs.cancel(ids.started).catch(() => {})
  await worker.stop()
  await test.close()
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 500) throw new Error('It did not come about.')
    await sleep(20)
  }
}

const reached = (id: string, state: string) =>
  until(async () => (await test.context.jobs.status(id))?.state === state)

async function call(method: 'GET' | 'POST', url: string, payload?: object) {
  const answer = await test.app.inject({
    method,
    url,
    headers: { host: 'localhost', accept: 'application/json' },
    ...(payload ? { payload } : {}),
  })
  return { status: answer.statusCode, body: answer.json() }
}

const unknown = [
  '0',
  '999999999',
  '9223372036854775807',
  '9223372036854775808',
  '9'.repeat(30),
  '-1',
  '1.5',
  'abc',
  '%00',
]
const notFound = { status: 404, body: { error: 'job_not_found', message: 'Job not found' } }

describe('GET /jobs/{id}/status', () => {
  it('answers exactly the fields of the contract', async () => {
    const { status, body } = await call('GET', `/jobs/${ids.finished}/status`)
    expect(status).toBe(200)
    expect(body).toEqual({
      id: ids.finished,
      status: 'finished',
      result: { doubled: 42 },
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      started_at: expect.stringMatching(/Z$/),
      ended_at: expect.stringMatching(/Z$/),
      progress: null,
      attempts: 1,
      error: null,
    })
  })

  it('tells of the error of a failed job, and of the progress of one that runs', async () => {
    expect((await call('GET', `/jobs/${ids.failed}/status`)).body).toMatchObject({
      status: 'failed',
      error: 'No paper in "tray" <2>',
      attempts: 1,
      result: null,
    })
    expect((await call('GET', `/jobs/${ids.started}/status`)).body).toMatchObject({
      status: 'started',
      progress: 0.25,
      ended_at: null,
    })
  })

  it('answers with a trailing slash too', async () => {
    expect((await call('GET', `/jobs/${ids.queued}/status/`)).body).toMatchObject({ status: 'queued' })
  })

  for (const id of unknown)
    it(`answers 404 for the id ${id}`, async () =>
      expect(await call('GET', `/jobs/${id}/status`)).toEqual(notFound))
})

describe('POST /jobs/{id}/retry', () => {
  for (const state of ['scheduled', 'queued', 'started', 'finished', 'canceled'] as const)
    it(`answers 409, not 200, for a job that is ${state}, with the fixed body`, async () => {
      expect(await call('POST', `/jobs/${ids[state]}/retry`)).toEqual({
        status: 409,
        body: { status: 'error', job_id: ids[state], error: 'Job is not in failed state' },
      })
    })

  it('brings a failed job back under its id', async () => {
    const { id } = await defined.fail.delay('again')
    await reached(id, 'failed')
    expect(await call('POST', `/jobs/${id}/retry/`)).toEqual({
      status: 200,
      body: { status: 'retried', job_id: id },
    })
    await until(async () => ((await test.context.jobs.get(id))?.failures.length ?? 0) > 1)
  })

  for (const id of unknown)
    it(`answers 404 for the id ${id}`, async () =>
      expect(await call('POST', `/jobs/${id}/retry`)).toEqual(notFound))
})

describe('POST /jobs/{id}/cancel', () => {
  it('cancels a waiting job at once', async () => {
    const { id } = await defined.idle.delay()
    expect(await call('POST', `/jobs/${id}/cancel`)).toEqual({
      status: 200,
      body: { status: 'canceled', job_id: id },
    })
    expect((await test.context.jobs.status(id))?.state).toBe('canceled')
  })

  it('asks a running one to stop', async () => {
    const { id } = await defined.wait.delay()
    await reached(id, 'started')
    expect(await call('POST', `/jobs/${id}/cancel`)).toEqual({
      status: 200,
      body: { status: 'canceling', job_id: id },
    })
    await reached(id, 'canceled')
  })

  for (const state of ['finished', 'failed', 'canceled'] as const)
    it(`answers 409 for one that is already ${state}`, async () => {
      const { status, body } = await call('POST', `/jobs/${ids[state]}/cancel`)
      expect(status).toBe(409)
      expect(body).toEqual({ error: 'job_conflict', message: expect.stringContaining(state) })
    })

  for (const id of unknown)
    it(`answers 404 for the id ${id}`, async () =>
      expect(await call('POST', `/jobs/${id}/cancel`)).toEqual(notFound))
})

describe('GET /jobs/queue-info', () => {
  it('answers exactly the fields of the contract', async () => {
    const { status, body } = await call('GET', '/jobs/queue-info?queue=idle')
    expect(status).toBe(200)
    expect(body.name).toBe('idle')
    const queued = body.jobs.find(({ id }: { id: string }) => id === ids.queued)
    expect(queued).toEqual({
      id: ids.queued,
      func_name: 'idle',
      created_at: expect.stringMatching(/Z$/),
      status: 'queued',
    })
  })

  it('is about the queue "default" unless told otherwise, which may be empty', async () => {
    expect(await call('GET', '/jobs/queue-info')).toEqual({
      status: 200,
      body: { name: 'default', length: 0, jobs: [] },
    })
  })

  it('answers no more than the limit, which is a whole number', async () => {
    await defined.idle.with({ queue: 'many' }).delayMany([[], [], []])
    const { body } = await call('GET', '/jobs/queue-info?queue=many&limit=2')
    expect(body.jobs).toHaveLength(2)
    expect(body.length).toBe(3)
    for (const limit of ['0', '-1', '1.5', 'all', '1001'])
      expect((await call('GET', `/jobs/queue-info?limit=${limit}`)).status, limit).toBe(422)
  })
})

describe('GET /jobs and GET /jobs/{id}', () => {
  it('pages through all jobs, each once, newest first', async () => {
    const seen: string[] = []
    let url = '/jobs?limit=2'
    for (;;) {
      const { body } = await call('GET', url)
      seen.push(...body.jobs.map(({ id }: { id: string }) => id))
      if (body.next === null) break
      url = `/jobs?limit=2&before=${body.next}`
    }
    expect(seen).toEqual([...seen].sort((a, b) => Number(b) - Number(a)))
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining(Object.values(ids)))
  })

  it('narrows by state, queue and name', async () => {
    const { body } = await call('GET', '/jobs?state=finished&queue=quick&name=double')
    expect(body.jobs.map(({ id }: { id: string }) => id)).toEqual([ids.finished])
    expect(body.jobs[0]).not.toHaveProperty('args')
  })

  const idsOf = (body: { jobs: { id: string }[] }) => body.jobs.map(({ id }) => id)

  it('narrows by several states, text, arguments and times', async () => {
    const found = async (query: string) => idsOf((await call('GET', `/jobs?${query}`)).body)
    expect(await found('state=finished,failed&queue=quick&name=double')).toEqual([ids.finished])
    expect(await found('text=PAPER')).toContain(ids.failed)
    expect(await found('text=no%20such%20text')).toEqual([])
    expect(await found('args=[21]')).toEqual([ids.finished])
    expect(await found('args=21')).toEqual([ids.finished])
    expect(await found('created_after=1h&name=double')).toEqual([ids.finished])
    expect(await found('created_before=1h')).toEqual([])
    expect(await found('ended_after=2020-01-01&name=double')).toEqual([ids.finished])
    expect(await found('ended_before=2020-01-01')).toEqual([])
  })

  it('counts what matches when asked, and pages back', async () => {
    const first = (await call('GET', '/jobs?queue=quick&limit=1&count=true')).body
    expect(first).toMatchObject({ more: false, previous: null })
    expect(first.count).toBeGreaterThan(2)
    const second = (await call('GET', `/jobs?queue=quick&limit=1&before=${first.next}`)).body
    expect(second).not.toHaveProperty('count')
    const back = (await call('GET', `/jobs?queue=quick&limit=1&after=${second.previous}`)).body
    expect(idsOf(back)).toEqual(idsOf(first))
  })

  it('refuses a time and arguments that it cannot read', async () => {
    for (const query of ['created_after=soon', 'ended_before=31.1.2027', 'args={', 'text=%00', 'after=x'])
      expect(await call('GET', `/jobs?${query}`), query).toMatchObject({ status: 422 })
  })

  it('refuses a state and a cursor that there are not', async () => {
    expect(await call('GET', '/jobs?state=done')).toMatchObject({ status: 422, body: { error: 'invalid' } })
    expect(await call('GET', '/jobs?before=yesterday')).toMatchObject({
      status: 422,
      body: { error: 'invalid' },
    })
  })

  it('has all that is kept of one: arguments, attempts, log', async () => {
    const { body } = await call('GET', `/jobs/${ids.failed}`)
    expect(body).toMatchObject({
      id: ids.failed,
      args: ['No paper in "tray" <2>'],
      failures: [{ attempt: 1, error: 'No paper in "tray" <2>' }],
      log: [],
      max_attempts: 3,
    })
    expect(await call('GET', '/jobs/nothing')).toEqual(notFound)
  })

  it('has the steps of one, and who waits for whom', async () => {
    const { idle } = defined
    const parent = await idle.delay()
    const child = await idle.with({ after: parent }).delay()
    const { body } = await call('GET', `/jobs/${parent.id}`)
    expect(body).toMatchObject({
      steps: [],
      parents: [],
      children: [{ id: child.id, name: 'idle', status: 'deferred' }],
    })
    expect((await call('GET', `/jobs/${child.id}`)).body.parents).toEqual([
      { id: parent.id, name: 'idle', status: 'queued' },
    ])
    await parent.cancel()
  })

  it('is described for programs, and its pages are not', async () => {
    const { body } = await call('GET', '/docs/json')
    const paths = Object.keys(body.paths)
    expect(paths).toEqual(
      expect.arrayContaining([
        '/jobs',
        '/jobs/{id}/status',
        '/jobs/{id}/retry',
        '/jobs/queue-info',
        '/jobs/bulk',
      ]),
    )
    expect(paths.filter((path) => /theme|overview|assets|row|live$/.test(path))).toEqual([])
  })
})

describe('POST /jobs/bulk', () => {
  it('counts first, then cancels all that match', async () => {
    await defined.idle.with({ queue: 'crowd' }).delayMany([[], [], []])
    const filter = { queue: 'crowd', state: ['queued', 'scheduled'] }
    expect(await call('POST', '/jobs/bulk', { action: 'cancel', filter, dry_run: true })).toEqual({
      status: 200,
      body: {
        action: 'cancel',
        dry_run: true,
        matched: 3,
        more: false,
        done: 0,
        canceling: 0,
        refused: [],
      },
    })
    expect(await test.context.jobs.count({ queue: 'crowd', state: 'queued' })).toMatchObject({ count: 3 })
    expect((await call('POST', '/jobs/bulk/', { action: 'cancel', filter })).body).toMatchObject({
      dry_run: false,
      matched: 3,
      done: 3,
    })
    expect(await test.context.jobs.count({ queue: 'crowd', state: 'canceled' })).toMatchObject({ count: 3 })
  })

  it('retries the failed ones that match, by their arguments too', async () => {
    const { id } = await defined.fail.delay('only this one')
    await reached(id, 'failed')
    const filter = { name: 'fail', args: ['only this one'] }
    expect((await call('POST', '/jobs/bulk', { action: 'retry', filter })).body).toMatchObject({ done: 1 })
    await until(async () => ((await test.context.jobs.get(id))?.failures.length ?? 0) > 1)
    expect((await test.context.jobs.get(ids.failed))?.failures).toHaveLength(1)
  })

  const bad: [object, RegExp][] = [
    [{ action: 'cancel', filter: {} }, /is empty.*all: true/],
    [{ action: 'cancel', filter: { all: true, queue: 'idle' } }, /not both/],
    [{ action: 'retry', filter: { state: 'finished' } }, /asks for finished ones/],
    [{ action: 'retry', filter: { state: 'done' } }, /no state "done"/],
    [{ action: 'retry', filter: { queues: 'idle' } }, /filter.queues is not known here/],
    [{ action: 'retry' }, /filter is missing/],
    [{ action: 'stop', filter: { all: true } }, /action/],
    [{ action: 'cancel', filter: { created_after: 'soon' } }, /"created_after" is no time/],
    [{ action: 'cancel', filter: { all: false } }, /all/],
  ]
  for (const [body, sentence] of bad)
    it(`refuses ${JSON.stringify(body)}`, async () => {
      const answer = await call('POST', '/jobs/bulk', body)
      expect(answer.status).toBe(422)
      expect(answer.body.message).toMatch(sentence)
      expect((await test.context.jobs.status(ids.queued))?.state).toBe('queued')
    })
})

describe('Bulk, for people', () => {
  const page = async (method: 'GET' | 'POST', url: string, form?: Record<string, string>) => {
    const answer = await test.app.inject({
      method,
      url,
      headers: {
        host: 'localhost',
        accept: 'text/html',
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(form ? { payload: new URLSearchParams(form).toString() } : {}),
    })
    return { status: answer.statusCode, html: answer.body }
  }

  it('is offered with the list, asked about with its number, and done without JavaScript', async () => {
    const { jobs } = test.context
    await defined.idle.with({ queue: 'paper' }).delayMany([[], []])
    const list = await page('GET', '/jobs?queue=paper&state=queued')
    expect(list.html).toContain('2 jobs')
    expect(list.html).toContain('/jobs/bulk?action=cancel&amp;state=queued&amp;queue=paper')
    const question = await page('GET', '/jobs/bulk?action=cancel&state=queued&queue=paper')
    expect(question.html).toContain('2 unfinished jobs match.')
    expect(question.html).toContain('<input type="hidden" name="queue" value="paper"')
    expect(await jobs.count({ queue: 'paper', state: 'queued' })).toMatchObject({ count: 2 })
    const done = await page('POST', '/jobs/bulk', { action: 'cancel', state: 'queued', queue: 'paper' })
    expect(done.status).toBe(200)
    expect(done.html).toContain('2 jobs were canceled.')
    expect(await jobs.count({ queue: 'paper', state: 'canceled' })).toMatchObject({ count: 2 })
    expect((await page('GET', '/jobs/bulk?action=cancel&state=queued&queue=paper')).html).toContain(
      'No unfinished job matches',
    )
  })

  it('refuses an action that there is not', async () => {
    expect((await page('GET', '/jobs/bulk?action=stop')).status).toBe(422)
  })
})
