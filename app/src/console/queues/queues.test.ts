import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestConsole, testConsole } from '../testing.ts'

let test: TestConsole
let worker: { stop(): Promise<void> }
let end: () => void
let running: string

beforeAll(async () => {
  test = await testConsole()
  const { jobs } = test.context
  const passed = new Promise<void>((resolve) => {
    end = resolve
  })
  const begun = new Promise((resolve) => jobs.on('started', resolve))
  const long = jobs.job('long', async () => passed, { queue: 'busy' })
  const idle = jobs.define('idle')
  const started = jobs.worker({ queues: ['busy'], concurrency: 1, name: 'here:1' })
  await started.start()
  worker = started
  running = (await long.delay()).id
  await begun
  await long.delay()
  await idle.with({ queue: 'a/b c' }).delayIn('1h')
  await jobs.setLimits('busy', { running: 3, starts: { most: 10, per: '1m' }, perKey: { running: 1 } })
})

afterAll(async () => {
  end()
  await worker.stop()
  await test.close()
})

async function call(method: 'GET' | 'POST', url: string, accept = 'application/json') {
  const answer = await test.app.inject({ method, url, headers: { host: 'localhost', accept } })
  return { status: answer.statusCode, body: answer.body, location: answer.headers.location }
}

const json = async (method: 'GET' | 'POST', url: string) => {
  const { status, body } = await call(method, url)
  return { status, body: JSON.parse(body) }
}

const busy = {
  name: 'busy',
  paused: false,
  depth: { scheduled: 0, deferred: 0, queued: 1, started: 1 },
  more: false,
  oldest_waiting: expect.any(Number),
  rate: { finished_per_minute: 0, failed_per_minute: 0 },
  limits: { running: 3, starts: { most: 10, per_ms: 60_000 }, per_key: { running: 1, starts: null } },
}

describe('GET /queues', () => {
  it('answers each queue with its depth by state, its oldest, its rate and its limits', async () => {
    const { status, body } = await json('GET', '/queues')
    expect(status).toBe(200)
    expect(body.queues).toHaveLength(2)
    expect(body.queues[0]).toMatchObject({ name: 'a/b c', depth: { scheduled: 1 }, limits: null })
    expect(body.queues[1]).toEqual(busy)
  })

  it('answers one by its name, whatever is in it', async () => {
    expect((await json('GET', '/queues/busy')).body).toEqual(busy)
    expect((await json('GET', '/queues/a%2Fb%20c/')).body).toMatchObject({ name: 'a/b c' })
    expect(await json('GET', '/queues/nowhere')).toEqual({
      status: 404,
      body: { error: 'queue_not_found', message: 'There is no queue "nowhere": no job ever came into it.' },
    })
  })
})

describe('POST /queues/{name}/pause and resume', () => {
  it('answer the queue as it is then', async () => {
    expect(await json('POST', '/queues/busy/pause')).toEqual({ status: 200, body: { ...busy, paused: true } })
    expect((await json('POST', '/queues/busy/pause')).body.paused).toBe(true)
    expect(await json('POST', '/queues/busy/resume/')).toEqual({ status: 200, body: busy })
  })

  it('make no queue of a wrong name', async () => {
    for (const verb of ['pause', 'resume'])
      expect((await json('POST', `/queues/nowhere/${verb}`)).status).toBe(404)
    expect(await test.context.jobs.queueNames()).not.toContain('nowhere')
  })
})

describe('GET /workers', () => {
  it('answers who is alive, since when, and what each runs', async () => {
    expect((await json('GET', '/workers')).body).toEqual({
      workers: [
        {
          id: expect.any(Number),
          name: 'here:1',
          queues: ['busy'],
          concurrency: 1,
          started_at: expect.stringMatching(/Z$/),
          running: 1,
          jobs: [{ id: running, name: 'long', queue: 'busy', started_at: expect.stringMatching(/Z$/) }],
        },
      ],
    })
  })

  it('is described for programs, as the queues are', async () => {
    const { body } = await json('GET', '/docs/json')
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/queues',
        '/queues/{name}',
        '/queues/{name}/pause',
        '/queues/{name}/resume',
        '/workers',
      ]),
    )
  })
})

describe('The pages', () => {
  const page = (method: 'GET' | 'POST', url: string) => call(method, url, 'text/html')

  it('list the queues, with their limits and a button that works without JavaScript', async () => {
    const { body } = await page('GET', '/queues')
    expect(body).toContain('3 at a time, 10 starts in 1 min, 1 at a time a key')
    expect(body).toContain('action="/queues/a%2Fb%20c/pause"')
    expect(await page('POST', '/queues/a%2Fb%20c/pause')).toMatchObject({ status: 303, location: '/queues' })
    expect((await page('GET', '/queues?only=list')).body).toContain('action="/queues/a%2Fb%20c/resume"')
    await page('POST', '/queues/a%2Fb%20c/resume')
  })

  it('lead from the address of a queue to its row', async () => {
    const { location } = await page('GET', '/queues/a%2Fb%20c')
    expect(location).toBe('/queues#queue-a_2f_b_20_c')
    expect((await page('GET', '/queues')).body).toContain('id="queue-a_2f_b_20_c"')
  })

  it('list the workers, and what they run', async () => {
    const { body } = await page('GET', '/workers')
    expect(body).toContain('here:1')
    expect(body).toContain(`href="/jobs/${running}"`)
  })
})
