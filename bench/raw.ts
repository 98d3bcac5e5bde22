import { JobManager } from '@factotum/jobs'
import pg from 'pg'
import type { Contender } from './contender.ts'

const table = 'factotum_jobs.job'

/** The plan that a queue wants, also while the statistics are those of an empty table. */
const plan =
  '-c enable_seqscan=off -c enable_bitmapscan=off -c enable_sort=off -c enable_hashjoin=off -c jit=off'

/**
 * Plain SQL on the engine's own tables, with its indexes, fencing and history with results, and without all else that an engine
 * does: what the layout itself allows. Nothing to run a program on.
 */
export const raw: Contender = {
  name: 'raw SQL',
  version: 'same tables',
  settings:
    'INSERT of unnested arrays, single calls sharing statements; two loops that claim and complete 1,000 at a time, each completion pipelined before the next claim; it wakes nobody, so it has no latency',
  store: 'postgres',
  hears: 'never',

  async open(url) {
    const jobs = new JobManager({ connectionString: url })
    await jobs.migrate()
    await jobs.close()
    const pool = new pg.Pool({ connectionString: url, max: 4 })
    const addOne = shared((numbers) => insert(pool, numbers))
    return {
      addMany: (numbers) => insert(pool, numbers),
      addOne,
      async left() {
        const { rows } = await pool.query<{ n: string }>(`select count(*) as n from ${table}`)
        return Number(rows[0]?.n)
      },
      close: () => pool.end(),
    }
  },

  async work(url, onStart) {
    let stopped = false
    const loops = [loop(), loop()]
    async function loop(): Promise<void> {
      const client = new pg.Client({ connectionString: url, options: plan })
      await client.connect()
      let before: Claimed[] = []
      while (!stopped || before.length > 0) {
        const completed = before.length > 0 ? complete(client, before) : null
        const claimed = stopped ? [] : await claim(client)
        await completed
        await Promise.all(claimed.map((job) => onStart(job.n)))
        before = claimed
        if (claimed.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      }
      await client.end()
    }
    return {
      async stop() {
        stopped = true
        await Promise.all(loops)
      },
    }
  },
}

interface Claimed {
  id: string
  token: string
  n: number
}

async function insert(pool: pg.Pool, numbers: number[]): Promise<void> {
  await pool.query({
    name: 'insert',
    text: `insert into ${table} (queue, name, args, priority, run_at, state, max_attempts)
      select 'default', 'bench', args, 0, now(), 1, 1 from unnest($1::jsonb[]) as args returning id`,
    values: [numbers.map((n) => `[${n}]`)],
  })
}

/** Calls of the same moment share a statement; two may be on their way. */
function shared(send: (numbers: number[]) => Promise<void>): (n: number) => Promise<void> {
  let waiting: { n: number; resolve: () => void; reject: (error: unknown) => void }[] = []
  let onTheirWay = 0
  async function flush(): Promise<void> {
    if (onTheirWay === 2 || waiting.length === 0) return
    const calls = waiting
    waiting = []
    onTheirWay++
    try {
      await send(calls.map((call) => call.n))
      for (const call of calls) call.resolve()
    } catch (error) {
      for (const call of calls) call.reject(error)
    }
    onTheirWay--
    await flush()
  }
  return (n) =>
    new Promise((resolve, reject) => {
      waiting.push({ n, resolve, reject })
      if (waiting.length === 1) setImmediate(flush)
    })
}

async function claim(client: pg.Client): Promise<Claimed[]> {
  const { rows } = await client.query<Claimed>({
    name: 'claim',
    text: `with token as materialized (select nextval('factotum_jobs.token') as token),
      ready as (
        select ctid as place from ${table} where state = 1 and queue = 'default'
        order by queue, priority, run_at, id limit 1000 for update skip locked
      )
      update ${table} j set state = 2, token = token.token, worker = 1, started_at = now()
      from ready, token where j.ctid = ready.place
      returning j.id, j.token, (j.args ->> 0)::int as n`,
  })
  return rows
}

async function complete(client: pg.Client, jobs: Claimed[]): Promise<void> {
  await client.query({
    name: 'complete',
    text: `with ended as (
        delete from ${table} j using unnest($1::bigint[], $2::bigint[], $3::jsonb[]) as e(id, token, result)
        where j.id = e.id and j.token = e.token
        returning j.*, e.result
      )
      insert into factotum_jobs.done (id, run_at, created_at, started_at, ended_at, state, priority, attempts,
        max_attempts, deaths, queue, name, args, result)
      select id, run_at, created_at, started_at, now(), 10, priority, 1, max_attempts, deaths, queue, name, args, result
      from ended`,
    values: [jobs.map((job) => job.id), jobs.map((job) => job.token), jobs.map(() => 'null')],
  })
}
