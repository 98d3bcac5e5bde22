import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SqlClient } from './sql.ts'
import { type Lab, lab } from './testing/lab.ts'
import { memoryStore } from './testing/memory-store.ts'
import { caseEvents, rejectCase } from './testing/sample-events.ts'

let house: Lab
beforeAll(async () => {
  house = await lab()
  await house.pool.query(`
    create table sample_case (id text primary key, next text, outcome text);
    create table sample_timer (id text primary key, stopped boolean not null default false);
    create table sample_job (event bigint);`)
})
afterAll(() => house.stop())

/** A client that fails at its n-th statement: before it is sent, or after it was done. */
function failingAt(
  client: pg.PoolClient,
  n: number,
  when: 'before' | 'after',
): { client: SqlClient; sent: () => number } {
  let sent = 0
  const query = async (sql: string, values: unknown[]) => {
    sent++
    if (sent === n && when === 'before') throw new Error('cut')
    const answer = await client.query(sql, values)
    if (sent === n) throw new Error('cut')
    return answer
  }
  return {
    client: new Proxy(client, {
      get: (target, name) => (name === 'query' ? query : Reflect.get(target, name)),
    }),
    sent: () => sent,
  }
}

/** Rejects a case with all effects, each of which writes. */
const reject = (client: SqlClient, id: string) =>
  house.log.process(
    client,
    { kind: 'case', id },
    rejectCase,
    { code: 'COI', chosenBy: 'specialist', notes: 'x', createdBy: 'ada' },
    {
      load: async (tx) => {
        await tx.query('select id from sample_case where id = $1 for update', [id])
        return { provider: null }
      },
      timer: {
        running: async (tx) => {
          const { rows } = await tx.query<{ id: string }>(
            'select id from sample_timer where id = $1 and not stopped',
            [id],
          )
          return rows[0]?.id ?? null
        },
        stop: async (tx, timer) =>
          void (await tx.query('update sample_timer set stopped = true where id = $1', [timer])),
      },
      setRequiresActionBy: async (tx, who) =>
        void (await tx.query('update sample_case set next = $2 where id = $1', [id, who])),
      update: async (tx, { code }) =>
        void (await tx.query('update sample_case set outcome = $2 where id = $1', [id, code])),
      enqueue: async (tx, event) => void (await tx.query('insert into sample_job values ($1)', [event.id])),
    },
  )

/** All that there is about a case. */
async function world(id: string) {
  const { rows } = await house.pool.query(
    `select c.next, c.outcome, t.stopped, (select count(*)::int from factotum.event where subject_id = c.id) as events,
       coalesce((select count::int from factotum.event_head where subject_id = c.id), 0) as head,
       (select count(*)::int from sample_job j join factotum.event e on e.id = j.event where e.subject_id = c.id) as jobs
     from sample_case c join sample_timer t using (id) where c.id = $1`,
    [id],
  )
  return rows[0]
}

async function newCase(id: string): Promise<void> {
  await house.pool.query('insert into sample_case (id) values ($1)', [id])
  await house.pool.query('insert into sample_timer (id) values ($1)', [id])
}

const nothing = { next: null, outcome: null, stopped: false, events: 0, head: 0, jobs: 0 }
const all = { next: 'operator', outcome: 'COI', stopped: true, events: 1, head: 1, jobs: 1 }

/** load, lock, running timer, row, timer, next, own columns, job. */
const statements = 8

describe('An event that is cut', () => {
  it('has as many statements as are cut here', async () => {
    await newCase('counted')
    let count = 0
    await house.transaction(async (tx) => {
      const { client, sent } = failingAt(tx, -1, 'before')
      await reject(client, 'counted')
      count = sent()
    })
    expect(count).toBe(statements)
    expect(await world('counted')).toEqual(all)
  })

  const cuts = Array.from({ length: statements }, (_, index) => index + 1)

  it.each(
    cuts.flatMap(
      (n) =>
        [
          [n, 'before'],
          [n, 'after'],
        ] as const,
    ),
  )('at statement %i, %s it is done, leaves nothing; done again it is whole', async (n, when) => {
    const id = `cut-${n}-${when}`
    await newCase(id)
    const work = house.transaction((tx) => reject(failingAt(tx, n, when).client, id))
    await expect(work).rejects.toThrow('cut')
    expect(await world(id)).toEqual(nothing)
    await house.transaction((tx) => reject(tx, id))
    expect(await world(id)).toEqual(all)
  })

  it.each(cuts)('with its connection, after statement %i, leaves nothing', async (n) => {
    const id = `killed-${n}`
    await newCase(id)
    const client = await house.pool.connect()
    client.on('error', () => {})
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    await client.query('begin')
    let sent = 0
    const dying: SqlClient = new Proxy(client, {
      get: (target, name) =>
        name === 'query'
          ? async (sql: string, values: unknown[]) => {
              const answer = await target.query(sql, values)
              if (++sent === n)
                await house.pool.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid])
              return answer
            }
          : Reflect.get(target, name),
    })
    const work = reject(dying, id).then(() => client.query('commit'))
    await expect(work).rejects.toThrow()
    client.release(true)
    expect(await world(id)).toEqual(nothing)
  })
})

describe('Many who write about one subject at once', () => {
  it('make one line of events', async () => {
    const subject = { kind: 'case', id: 'busy' }
    const events = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        house
          .transaction(async (tx) => {
            const event = await house.log.process(tx, subject, caseEvents, {
              code: 'CASE_VIEWED',
              notes: String(n),
              createdBy: null,
            })
            // Some change their mind, and leave no gap.
            if (n % 5 === 0) throw new Error('changed my mind')
            return event
          })
          .catch(() => null),
      ),
    )
    const places = events.flatMap((event) => event?.place ?? []).sort((a, b) => a - b)
    expect(places).toEqual(Array.from({ length: 48 }, (_, index) => index + 1))
    expect((await house.log.verify(memoryStore(), (finding) => expect(finding).toBeNull())).findings).toBe(0)
    const { events: read } = await house.log.readSubject(subject)
    const moments = read.map(({ createdAt }) => createdAt.getTime())
    expect(moments).toEqual([...moments].sort((a, b) => b - a))
  })
})
