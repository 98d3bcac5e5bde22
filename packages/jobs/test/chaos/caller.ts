/** A program of the chaos that enqueues, cancels and retries, and a scheduler beside it. */
import pg from 'pg'
import type { JobDefinition, Json } from '../../src/index.ts'
import type { Asked } from './events.ts'
import { optionsOf } from './handlers.ts'
import { asked, begin, insist } from './program.ts'
import { Random } from './random.ts'
import { type Planned, plan, schedule } from './workload.ts'

/** Between two acts, in ms. */
const pause = 25
/** Enqueues while no more than so many of its own calls are on the way. */
const mostOnTheWay = 20
/** And while no more than so many jobs wait: what is run only after the faults proves little. */
const mostWaiting = 300
/** How often that is looked at, in ms. */
const betweenLooks = 250
const remembered = 200

type Flow = Pick<Asked, 'after' | 'afterFailure'>

const { orders, recorder, jobs } = begin()
const random = new Random(orders.seed)
const definitions = new Map<string, JobDefinition<[call: string | null, n: number], Json>>()
for (const [name, options] of Object.entries(optionsOf))
  definitions.set(name, jobs.define<[call: string | null, n: number], Json>(name, options))
const recent: string[] = []
let onTheWay = 0
let waiting = 0
let ended = false

function of(name: string) {
  const definition = definitions.get(name)
  if (!definition) throw new Error(`There is no job ${name}.`)
  return definition
}

/** @param delay given with the call, in ms */
function ask({ kind, options: { queue }, keys, plain }: Planned, flow: Flow, delay = 0): string {
  const call = recorder.name()
  const due = delay > 0 ? { delay } : {}
  recorder.write({
    kind: 'ask',
    call,
    job: kind,
    queue,
    ...keys,
    ...flow,
    ...due,
    plain: plain && !(flow.after !== undefined),
  })
  return call
}

/** A few jobs wait for others, which may wait themselves. */
function flowOf(planned: Planned): Flow {
  if (planned.keys.uniqueKey !== undefined || !random.chance(0.12)) return {}
  const after = Array.from({ length: random.between(1, 3) }, () => random.pick(recent) ?? []).flat()
  return after.length > 0 ? { after, afterFailure: random.chance(0.7) ? 'cancel' : 'run' } : {}
}

function stored(call: string, id: string): void {
  recorder.write({ kind: 'stored', call, id })
  recent.push(id)
  if (recent.length > remembered) recent.shift()
}

async function one(planned: Planned): Promise<void> {
  const flow = flowOf(planned)
  const call = ask(planned, flow, planned.delay)
  const calls = of(planned.kind).with({ ...planned.options, ...planned.keys, ...flow })
  try {
    const handle =
      planned.delay > 0
        ? await calls.delayIn(planned.delay, call, planned.n)
        : await calls.delay(call, planned.n)
    stored(call, handle.id)
  } catch {
    recorder.write({ kind: 'refused', call, sure: false })
  }
}

async function many(planned: Planned): Promise<void> {
  const flow = flowOf(planned)
  const names = Array.from({ length: random.between(2, planned.keys.serialKey === undefined ? 30 : 5) }, () =>
    ask(planned, flow),
  )
  try {
    const handles = await of(planned.kind)
      .with({ ...planned.options, ...planned.keys, ...flow })
      .delayMany(names.map((call): [string, number] => [call, planned.n]))
    for (const [index, { id }] of handles.entries()) stored(names[index] ?? '', id)
  } catch {
    for (const call of names) recorder.write({ kind: 'refused', call, sure: false })
  }
}

/** In a transaction of the caller's, that commits or does not. */
async function within(planned: Planned): Promise<void> {
  const flow = flowOf(planned)
  const call = ask(planned, flow)
  const client = new pg.Client({ connectionString: orders.url, connectionTimeoutMillis: 3_000 })
  client.on('error', () => {})
  const commits = random.chance(0.6)
  let committing = false
  try {
    await client.connect()
    await client.query('begin')
    const { id } = await of(planned.kind)
      .with({ ...planned.options, ...planned.keys, ...flow, client })
      .delay(call, planned.n)
    if (random.chance(0.3)) await new Promise((resolve) => setTimeout(resolve, random.between(1, 500)))
    committing = commits
    await client.query(commits ? 'commit' : 'rollback')
    if (commits) stored(call, id)
    else recorder.write({ kind: 'refused', call, sure: true })
  } catch {
    // Only a commit on the way may have come through.
    recorder.write({ kind: 'refused', call, sure: !committing })
  } finally {
    client.end().catch(() => {})
  }
}

async function cancel(): Promise<void> {
  const id = random.pick(recent)
  if (id === undefined) return
  recorder.write({ kind: 'askCancel', id })
  const answer = await jobs.cancel(id).catch(() => null)
  if (answer) recorder.write({ kind: 'cancelAnswer', id, answer })
}

async function retry(): Promise<void> {
  const { jobs: failed } = await jobs.list({ state: 'failed' }, { limit: 50 })
  const job = random.pick(failed.filter(({ name }) => name !== 'exit' && name !== 'memory'))
  if (!job) return
  recorder.write({ kind: 'askRetry', id: job.id })
  await jobs.retry(job.id)
}

/** Keeps the last figure while the database is away. */
async function watchWaiting(): Promise<void> {
  while (!ended) {
    await jobs.count({ state: 'queued' }).then(
      ({ count }) => {
        waiting = count
      },
      () => {},
    )
    await new Promise((resolve) => setTimeout(resolve, betweenLooks))
  }
}

function act(): Promise<void> {
  const kind = random.weighted({ one: 70, many: 5, within: 10, cancel: 12, retry: 3 })
  if (kind === 'cancel') return cancel()
  if (kind === 'retry') return retry()
  if (waiting > mostWaiting) return Promise.resolve()
  const planned = plan(random)
  const alone = planned.kind === 'exit' || planned.kind === 'memory' || planned.keys.uniqueKey !== undefined
  if (kind === 'one' || alone) return one(planned)
  return kind === 'many' ? many(planned) : within(planned)
}

const stop = asked().then(() => {
  ended = true
})
await insist(() => of('tick').scheduleCron(schedule, null, 0))
const scheduler = jobs.scheduler()
await insist(() => scheduler.start())
process.send?.('ready')
const watching = watchWaiting()
while (!ended) {
  if (onTheWay < mostOnTheWay) {
    onTheWay++
    act()
      .catch(() => {})
      .finally(() => onTheWay--)
  }
  await new Promise((resolve) => setTimeout(resolve, random.between(1, pause * 2)))
}
await stop
await watching
while (onTheWay > 0) await new Promise((resolve) => setTimeout(resolve, 20))
await jobs.close()
process.exit()
