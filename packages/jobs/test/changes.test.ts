import { expect, test } from 'vitest'
import { currentJob } from '../src/current-job.ts'
import type { JobManager } from '../src/job-manager.ts'
import type { JobChange } from '../src/job-status.ts'
import { begun, fast, gate, setting, sleep, until } from './setting.ts'

const t = setting()

/** All that can be taken now, each batch in a transaction of its own. */
async function take(jobs: JobManager, limit = 100): Promise<JobChange[]> {
  const taken: JobChange[] = []
  const client = await t.pool.connect()
  try {
    for (;;) {
      await client.query('begin')
      const changes = await jobs.takeChanges(client, limit)
      await client.query('commit')
      taken.push(...changes)
      if (changes.length < limit) return taken
    }
  } finally {
    client.release()
  }
}

const told = (changes: JobChange[]) =>
  changes.map(({ state, progress }) => (progress === null ? state : `${state} ${progress}`))

test('every change of a followed job is handed over once, in order', async () => {
  const jobs = t.manager()
  const long = jobs.job('long', async () => {
    await currentJob().progress(0.5, 'half')
    await sleep(50)
    await currentJob().progress(1)
  })
  await t.worker(jobs)
  const handle = await long.with({ follow: true, correlationId: 'r-1' }).delay()
  await handle.result()
  const changes = await take(jobs)
  expect(told(changes)).toEqual(expect.arrayContaining(['queued', 'started', 'finished 1']))
  expect(told(changes)[0]).toBe('queued')
  expect(told(changes)[1]).toBe('started')
  expect(told(changes).at(-1)).toBe('finished 1')
  expect(
    changes.every(
      (change) => change.id === handle.id && change.correlationId === 'r-1' && change.name === 'long',
    ),
  ).toBe(true)
  expect(changes.find(({ progress }) => progress === 0.5)?.progressMessage).toBe('half')
  expect(await take(jobs)).toEqual([])
})

test('a job that nobody follows leaves no change', async () => {
  const jobs = t.manager()
  const note = jobs.job('note', async () => currentJob().progress(0.5))
  await t.worker(jobs)
  await (await note.delay()).result()
  expect(await t.sql('select from factotum_jobs.change')).toEqual([])
})

test('following begins later, too, and tells of retries and failure', async () => {
  const jobs = t.manager()
  const bad = jobs.job('bad', async () => Promise.reject(new Error('no')), {
    retries: 1,
    backoff: 'fixed',
    backoffDelay: 10,
  })
  const handle = await bad.delay()
  await jobs.follow([handle.id, '999999'])
  await t.worker(jobs)
  await handle.result().catch(() => {})
  expect(told(await take(jobs))).toEqual(['started', 'scheduled', 'queued', 'started', 'failed'])
})

test('cancels are told, of waiting and of running jobs', async () => {
  const jobs = t.manager({ timing: fast })
  const long = jobs.job(
    'long',
    async () => new Promise((resolve) => currentJob().signal.addEventListener('abort', resolve)),
  )
  const waiting = await long.with({ follow: true }).delayIn('1h')
  await waiting.cancel()
  expect(told(await take(jobs))).toEqual(['scheduled', 'canceled'])
  await t.worker(jobs)
  const begins = begun(jobs)
  const running = await long.with({ follow: true }).delay()
  await begins
  await running.cancel()
  await running.result().catch(() => {})
  expect(told(await take(jobs))).toEqual(['queued', 'started', 'canceled'])
})

test("a change exists exactly if its transaction commits: the caller's own enqueue", async () => {
  const jobs = t.manager()
  const note = jobs.define('note')
  const client = await t.pool.connect()
  await client.query('begin')
  await note.with({ client, follow: true }).delay()
  expect(await take(jobs)).toEqual([])
  await client.query('rollback')
  client.release()
  expect(await take(jobs)).toEqual([])
})

test('a taking that does not commit hands over nothing; the next takes it all, in order', async () => {
  const jobs = t.manager()
  const note = jobs.define<[n: number]>('note')
  const handles = await note.with({ follow: true }).delayMany([[0], [1], [2]])
  const client = await t.pool.connect()
  await client.query('begin')
  expect(await jobs.takeChanges(client, 2)).toHaveLength(2)
  await client.query('rollback')
  client.release()
  const more = await note.with({ follow: true }).delay(3)
  expect((await take(jobs)).map(({ id }) => id)).toEqual([...handles.map(({ id }) => id), more.id])
})

test('changes that commit late, behind those taken before, are handed over as well', async () => {
  const jobs = t.manager()
  const note = jobs.define<[n: number]>('note')
  const client = await t.pool.connect()
  await client.query('begin')
  const late = await note.with({ client, follow: true }).delay(0)
  const early = await note.with({ follow: true }).delay(1)
  expect((await take(jobs)).map(({ id }) => id)).toEqual([early.id])
  await client.query('commit')
  client.release()
  const taken = await until(async () => {
    const changes = await take(jobs)
    return changes.length > 0 ? changes : null
  })
  expect(taken.map(({ id }) => id)).toEqual([late.id])
})

test("a job's changes keep their order, whoever writes them", async () => {
  const jobs = t.manager()
  const { passed, open } = gate()
  const count = 30
  const work = jobs.job('work', async () => {
    for (let step = 1; step <= 5; step++) {
      await currentJob().progress(step / 5)
      await sleep(60)
    }
  })
  const taken: JobChange[] = []
  const taking = (async () => {
    let over = false
    void passed.then(() => {
      over = true
    })
    while (!over) {
      taken.push(...(await take(jobs, 7)))
      await sleep(5)
    }
    taken.push(...(await take(jobs)))
  })()
  await t.worker(jobs, { concurrency: 10 })
  await t.worker(jobs, { concurrency: 10 })
  const handles = await work.with({ follow: true }).delayMany(Array.from({ length: count }, () => [] as []))
  await Promise.all(handles.map((handle) => handle.result()))
  open()
  await taking
  const rank = { scheduled: 0, queued: 0, started: 1, deferred: 0, finished: 2, failed: 2, canceled: 2 }
  for (const { id } of handles) {
    const changes = taken.filter((change) => change.id === id)
    const ranks = changes.map(({ state, progress }) => rank[state] + (progress ?? 0))
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
    expect(changes.filter(({ state }) => state === 'finished')).toHaveLength(1)
  }
})
