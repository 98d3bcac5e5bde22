import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Finding } from './finding.ts'
import { type Lab, lab, secret } from './testing/lab.ts'
import { memoryStore } from './testing/memory-store.ts'
import { caseEvents } from './testing/sample-events.ts'

let house: Lab
beforeAll(async () => {
  house = await lab()
})
afterAll(() => house.stop())

let store = memoryStore()
beforeEach(async () => {
  store = memoryStore()
  await house.tamper('truncate factotum.event, factotum.event_head, factotum.event_export')
})

const a = { kind: 'case', id: 'A' }
const b = { kind: 'case', id: 'B' }

/** Writes this many events about a subject. */
async function write(subject: typeof a, count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    await house.transaction((client) =>
      house.log.process(client, subject, caseEvents, {
        code: 'CASE_VIEWED',
        notes: `Ünïcode ${n}`,
        context: { n, text: 'x\u0000' },
        createdBy: n % 2 ? 'ada' : null,
        chosenBy: 'program',
        correlationId: `r-${n}`,
      }),
    )
}

/** What is found, in short, behind what `verify` counts. */
async function findings(log = house.log): Promise<string[]> {
  const found: Finding[] = []
  const { findings } = await log.verify(store, (finding) => found.push(finding))
  expect(findings).toBe(found.length)
  return found.map(({ kind, subject, place }) => [kind, subject?.id ?? '', place ?? ''].join(' ').trim())
}

const where = (place: number, subject = a) =>
  `where subject_kind = '${subject.kind}' and subject_id = '${subject.id}' and place = ${place}`

describe('A log that nobody touched', () => {
  it('has nothing that is found, however long it is', async () => {
    await write(a, 205)
    await write(b, 1)
    await house.log.exportHeads(store)
    const counted = await house.log.verify(store, () => {})
    expect(counted).toEqual({ rows: 206, subjects: 2, exports: 1, findings: 0, anotherKey: false })
  })

  it('is verified while others write', async () => {
    let stop = false
    const writing = [a, b].map(async (subject) => {
      while (!stop) await write(subject, 1)
    })
    try {
      for (let round = 0; round < 15; round++) {
        await house.log.exportHeads(store)
        expect(await findings()).toEqual([])
      }
    } finally {
      stop = true
      await Promise.all(writing)
    }
  })

  it('and is empty is verified, too', async () => {
    expect(await findings()).toEqual([])
    expect(await house.log.exportHeads(store)).toBeNull()
  })
})

describe('Behind the back of the program', () => {
  beforeEach(async () => {
    await write(a, 5)
    await write(b, 2)
  })

  it.each([
    "code = 'OTHER'",
    "key = 'other'",
    "type = 'event'",
    'level = 29',
    "timer = 'T2'",
    "created_by = 'eve'",
    "created_at = created_at + interval '1 microsecond'",
    "correlation_id = 'r-x'",
    "notes = 'Nothing happened.'",
    'context = \'{ "n": 7 }\'',
    'patch = \'{"forwards":[],"backwards":[]}\'',
    "salt = 'x'",
  ])('a row whose %s is found with its place', async (change) => {
    expect(await house.tamper(`update factotum.event set ${change} ${where(3)}`)).toBe(1)
    expect(await findings()).toEqual(['changed A 3'])
  })

  it('a row with notes and a digest that fits them is found: the digest is proved', async () => {
    await house.tamper(
      `update factotum.event set notes = 'no', context = null, patch = null, salt = 'salt',
         digest = sha256(convert_to('salt["no",null,null]', 'UTF8')) ${where(2)}`,
    )
    expect(await findings()).toEqual(['changed A 2'])
  })

  it('two rows that changed places are found', async () => {
    await house.tamper(
      `update factotum.event set place = case place when 2 then 1003 when 3 then 1002 end where subject_id = 'A' and place in (2, 3)`,
    )
    await house.tamper('update factotum.event set place = place - 1000 where place > 1000')
    expect(await findings()).toEqual(['changed A 2', 'changed A 3', 'changed A 4'])
  })

  it('a row of another subject is found', async () => {
    await house.tamper(`delete from factotum.event ${where(2, b)}`)
    await house.tamper(`update factotum.event set subject_id = 'B' ${where(2)}`)
    expect(await findings()).toEqual(['missing A 2', 'changed B 2', 'head B 2'])
  })

  it('rows that were removed from the middle or the beginning are found', async () => {
    await house.tamper("delete from factotum.event where subject_id = 'A' and place in (2, 3)")
    await house.tamper(`delete from factotum.event ${where(1, b)}`)
    expect(await findings()).toEqual(['missing A 2', 'missing B 1'])
  })

  it('a tail that was cut is found by its head', async () => {
    await house.tamper("delete from factotum.event where subject_id = 'A' and place > 3")
    expect(await findings()).toEqual(['cut A 4'])
  })

  it('a tail that was cut with its head is found by the exported heads, and so is a whole subject', async () => {
    await house.log.exportHeads(store)
    await house.tamper("delete from factotum.event where subject_id = 'A' and place > 3")
    await house.tamper(
      `update factotum.event_head set count = 3, exported = 3, mac = (select mac from factotum.event ${where(3)}) where subject_id = 'A'`,
    )
    await house.tamper("delete from factotum.event where subject_id = 'B'")
    await house.tamper("delete from factotum.event_head where subject_id = 'B'")
    expect(await findings()).toEqual(['cut A 5', 'cut B 2'])
  })

  it('a tail that was written anew by the program itself is found by the exported heads', async () => {
    await house.log.exportHeads(store)
    await house.tamper("delete from factotum.event where subject_id = 'A' and place > 3")
    await house.tamper(
      `update factotum.event_head set count = 3, exported = 3, mac = (select mac from factotum.event ${where(3)}) where subject_id = 'A'`,
    )
    await write(a, 2)
    expect(await findings()).toEqual(['changed A 5'])
  })

  it('a row that was put behind the last is found', async () => {
    await house.tamper(
      `insert into factotum.event (subject_kind, subject_id, place, key, code, type, level, notes, salt, digest, created_at, mac)
       select subject_kind, subject_id, 6, key, code, type, level, notes, salt, digest, now(), mac from factotum.event ${where(5)}`,
    )
    expect(await findings()).toEqual(['changed A 6', 'strange A 6'])
  })

  it('a head that was changed or removed is found', async () => {
    await house.tamper("update factotum.event_head set mac = 'x' where subject_id = 'A'")
    expect(await findings()).toEqual(['head A 5'])
    await house.tamper("delete from factotum.event_head where subject_id = 'A'")
    expect(await findings()).toEqual([1, 2, 3, 4, 5].map((place) => `strange A ${place}`))
  })

  it('content that was erased without a word is found', async () => {
    const erase = `update factotum.event set notes = null, context = null, patch = null, salt = null, erased_at = now()`
    await house.tamper(`${erase} ${where(4)}`)
    expect(await findings()).toEqual(['erased A 4'])
  })

  it('exported files that were changed or removed are found', async () => {
    await house.log.exportHeads(store)
    await write(a, 1)
    await house.log.exportHeads(store)
    await write(b, 1)
    await house.log.exportHeads(store)
    expect([...store.files.keys()]).toEqual(['000001.jsonl', '000002.jsonl', '000003.jsonl'])
    const second = store.files.get('000002.jsonl') ?? ''
    store.files.set('000002.jsonl', second.replace('"place":6', '"place":5'))
    expect(await findings()).toEqual(['export'])
    store.files.set('000002.jsonl', second)
    store.files.delete('000003.jsonl')
    expect(await findings()).toEqual(['export'])
    store.files.set('000003.jsonl', 'not JSON\n')
    expect(await findings()).toEqual(['export'])
  })

  it('another key proves nothing, and that is said', async () => {
    const { anotherKey } = await house.another({ secret: `${secret}!` }).verify(store, () => {})
    expect(anotherKey).toBe(true)
  })
})

describe('Heads', () => {
  it('are exported when they moved', async () => {
    await write(a, 2)
    await write(b, 1)
    expect(await house.log.exportHeads(store)).toMatchObject({ name: '000001.jsonl', heads: 2 })
    expect(await house.log.exportHeads(store)).toBeNull()
    await write(b, 1)
    expect(await house.log.exportHeads(store)).toMatchObject({ name: '000002.jsonl', heads: 1 })
  })

  it('are exported again when the program died after the file and before it was noted', async () => {
    await write(a, 1)
    const dying = {
      ...store,
      put: (name: string, data: AsyncIterable<Uint8Array>) =>
        store.put(name, data).then(() => {
          throw new Error('kill -9')
        }),
    }
    await expect(house.log.exportHeads(dying)).rejects.toThrow('kill -9')
    await write(b, 1)
    expect(await house.log.exportHeads(store)).toMatchObject({ name: '000001.jsonl', heads: 2 })
    expect(await findings()).toEqual([])
  })

  it('are exported by one at a time', async () => {
    await write(a, 1)
    const answers = await Promise.all([1, 2, 3].map(() => house.log.exportHeads(store)))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect([...store.files.keys()]).toEqual(['000001.jsonl'])
  })
})

describe('Erased content', () => {
  it('is gone, the event stays, the chain holds, and an event says so', async () => {
    await write(a, 3)
    const told = await house.transaction((client) => house.log.erase(client, a, { createdBy: 'ada' }))
    expect(told).toMatchObject({ place: 4, key: 'event_log', code: 'CONTENT_ERASED', createdBy: 'ada' })
    const { events } = await house.log.readSubject(a)
    expect(events).toHaveLength(4)
    for (const event of events.slice(1)) {
      expect(event).toMatchObject({ code: 'CASE_VIEWED', notes: null, context: null, patch: null })
      expect(event.erasedAt).toBeInstanceOf(Date)
    }
    const { rows } = await house.pool.query('select from factotum.event where salt is not null')
    expect(rows).toHaveLength(1)
    await write(a, 1)
    expect(await findings()).toEqual([])
    await house.tamper(`update factotum.event set code = 'OTHER' ${where(2)}`)
    expect(await findings()).toEqual(['changed A 2'])
  })

  it('can be erased again, and nothing happens to a subject without events', async () => {
    const erase = (subject: typeof a) =>
      house.transaction((client) => house.log.erase(client, subject, { createdBy: null }))
    expect(await erase(a)).toBeNull()
    await write(a, 1)
    await erase(a)
    expect(await erase(a)).toMatchObject({ place: 3 })
    expect(await findings()).toEqual([])
  })
})
