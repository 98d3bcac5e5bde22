import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SqlClient } from '../src/clients.ts'
import { currentJob } from '../src/current-job.ts'
import type { JobHandle } from '../src/handle.ts'
import type { AfterFailure } from '../src/job-options.ts'
import { fast, setting, until } from './setting.ts'

const t = setting()

type Kind = 'good' | 'bad' | 'fatal' | 'flaky' | 'slow' | 'late' | 'dropped'
type End = 'finished' | 'failed' | 'canceled'

/** One job of a flow: `parents` are places before its own. */
interface Node {
  kind: Kind
  parents: number[]
  afterFailure: AfterFailure
}

const node = (place: number): fc.Arbitrary<Node> =>
  fc.record({
    kind: fc.constantFrom<Kind>('good', 'good', 'bad', 'fatal', 'flaky', 'slow', 'late', 'dropped'),
    parents: place === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(place - 1), { maxLength: 4 }),
    afterFailure: fc.constantFrom<AfterFailure>('cancel', 'run'),
  })
const flow = fc
  .integer({ min: 1, max: 14 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, place) => node(place))))

/** The rules. */
function endsOf(nodes: readonly Node[]): End[] {
  const ends: End[] = []
  for (const { kind, parents, afterFailure } of nodes) {
    const wanting = parents.some((parent) => ends[parent] !== 'finished')
    const own = kind === 'dropped' ? 'canceled' : kind === 'bad' || kind === 'fatal' ? 'failed' : 'finished'
    ends.push(wanting && afterFailure === 'cancel' ? 'canceled' : own)
  }
  return ends
}

test('whatever flow, and however its jobs end: each comes to the end it must, and none is stranded', async () => {
  const seen = new Map<string, { states: string[]; runs: number }>()
  const managers = Array.from({ length: 3 }, () => t.manager({ timing: { poll: 200 } }))
  const acts = managers.map((jobs) =>
    jobs.job(
      'act',
      async (kind: string) => {
        const job = currentJob()
        const before = seen.get(job.id)?.runs ?? 0
        seen.set(job.id, { states: (await job.parents()).map(({ state }) => state), runs: before + 1 })
        if (kind === 'slow') await new Promise((resolve) => setTimeout(resolve, 10))
        if (kind === 'bad' || (kind === 'flaky' && job.attempt === 1)) throw new Error(kind)
      },
      { retries: 1, backoff: 'fixed', backoffDelay: 1 },
    ),
  )
  for (const jobs of managers) await t.worker(jobs, { concurrency: 4 })
  const [act] = acts
  if (!act) throw new Error('There is no manager.')

  const enqueue = async (nodes: readonly Node[], client?: SqlClient): Promise<JobHandle<void>[]> => {
    const handles: JobHandle<void>[] = []
    for (const { kind, parents, afterFailure } of nodes) {
      const after = parents.flatMap((place) => handles[place] ?? [])
      const call = act.with({
        after,
        afterFailure,
        ...(client ? { client } : {}),
        ...(kind === 'fatal' ? { retries: 0 } : {}),
      })
      const argument = kind === 'fatal' ? 'bad' : kind
      const wait = kind === 'dropped' ? '1h' : kind === 'late' ? 15 : 0
      handles.push(await call.delayIn(wait, argument))
    }
    return handles
  }
  const inOneTransaction = async (nodes: readonly Node[]) => {
    const client = await t.pool.connect()
    await client.query('begin')
    const handles = await enqueue(nodes, client)
    await client.query('commit')
    client.release()
    return handles
  }

  await fc.assert(
    fc.asyncProperty(flow, fc.boolean(), async (nodes, together) => {
      const handles = together ? await inOneTransaction(nodes) : await enqueue(nodes)
      // Canceled at any time; one may have been by then.
      await Promise.allSettled(
        handles.filter((_, place) => nodes[place]?.kind === 'dropped').map((h) => h.cancel()),
      )
      await Promise.allSettled(handles.map((handle) => handle.result()))
      const ends = endsOf(nodes)
      const statuses = await Promise.all(handles.map((handle) => handle.status()))
      expect(statuses.map((status) => status?.state)).toEqual(ends)
      for (const [place, handle] of handles.entries()) {
        const { kind, parents } = nodes[place] ?? { kind: 'good', parents: [] }
        const run = seen.get(handle.id)
        const runs = ends[place] === 'canceled' ? 0 : kind === 'bad' || kind === 'flaky' ? 2 : 1
        expect(run?.runs ?? 0).toBe(runs)
        if (run) expect(run.states).toEqual(parents.map((parent) => ends[parent]))
      }
      expect(await t.sql('select from factotum_jobs.dependency where not settled')).toEqual([])
    }),
    { numRuns: 40 },
  )
  expect(await t.sql('select from factotum_jobs.job')).toEqual([])
}, 120_000)

test('children that are made while their parents end, by many at once, wait for none that has ended', async () => {
  const makers = Array.from({ length: 4 }, () => t.manager())
  const works = makers.map((jobs) => jobs.job('work', async (n: number) => n))
  for (const jobs of makers) await t.worker(jobs, { concurrency: 5 })
  const rounds = 60
  await Promise.all(
    works.map(async (work) => {
      for (let round = 0; round < rounds; round++) {
        const parents = await Promise.all([work.delay(1), work.delay(2), work.delay(3)])
        // Some still wait, some run, some are just being written as ended.
        const children = await Promise.all(
          parents.map((_, place) => work.with({ after: parents.slice(place) }).delay(place)),
        )
        await work.with({ after: [...children, ...parents] }).delay(round)
      }
    }),
  )
  await until(async () => (await t.sql('select from factotum_jobs.job limit 1')).length === 0)
  expect(await t.sql('select from factotum_jobs.done where state = 10')).toHaveLength(4 * rounds * 7)
  expect(await t.sql('select from factotum_jobs.dependency where not settled')).toEqual([])
}, 60_000)

test('a collector of many runs once, after the last of them, however many workers end them side by side', async () => {
  const managers = Array.from({ length: 4 }, () => t.manager())
  const parts = managers.map((jobs) => jobs.job('part', async (n: number) => n))
  const collectors = managers.map((jobs) =>
    jobs.job('collect', async () => {
      const parents = await currentJob().parents()
      return parents.reduce((sum, { result }) => sum + Number(result), 0)
    }),
  )
  for (const jobs of managers) await t.worker(jobs, { concurrency: 10 })
  const count = 1_000
  const handles = await parts[0]?.delayMany(Array.from({ length: count }, (_, n) => [n]))
  const collector = await collectors[0]?.with({ after: handles ?? [] }).delay()
  expect(await collector?.result()).toBe((count * (count - 1)) / 2)
  expect(await collector?.status()).toMatchObject({ attempts: 1 })
}, 60_000)

test('a worker that is killed in the middle of a flow strands no job of it, and none runs before its time', async () => {
  const timing = JSON.stringify(fast)
  let worker = await t.child('worker-process.ts', timing)
  const jobs = t.manager({ timing: fast })
  const follow = jobs.define<[n: number], boolean>('follow')
  let layer = await follow.delayMany(Array.from({ length: 60 }, (_, n) => [n]))
  for (let depth = 1; depth < 12; depth++) {
    const above = layer
    layer = await Promise.all(
      above.map((_, n) =>
        follow.with({ after: [0, 7, 31].map((step) => above[(n + step) % above.length]?.id ?? '') }).delay(n),
      ),
    )
  }
  const last = await follow.with({ after: layer }).delay(-1)
  for (const finished of [150, 400]) {
    await until(async () => (await jobs.ended(new Date(0))).finished > finished)
    worker.kill('SIGKILL')
    worker = await t.child('worker-process.ts', timing)
  }
  expect(await last.result()).toBe(true)
  expect(await t.sql('select from factotum_jobs.job')).toEqual([])
  expect(
    await t.sql('select state, result, count(*)::int from factotum_jobs.done group by state, result'),
  ).toEqual([{ state: 10, result: true, count: 12 * 60 + 1 }])
}, 60_000)
