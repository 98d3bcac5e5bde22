import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Effects } from './process.ts'
import { type Lab, lab } from './testing/lab.ts'
import { caseEvents, rejectCase, type SampleCase } from './testing/sample-events.ts'

let now = new Date('2026-06-01T10:00:00Z')
let house: Lab
beforeAll(async () => {
  house = await lab({ now: () => now })
})
afterAll(() => house.stop())

let number = 0
let subject = { kind: 'case', id: '' }
beforeEach(() => {
  subject = { kind: 'case', id: `XX-${++number}` }
  now = new Date('2026-06-01T10:00:00Z')
})

/** Effects that write down what was asked of them. */
function witness(provider: string | null = null, timer: string | null = 'T1') {
  const seen: string[] = []
  const effects: Effects<SampleCase> & { load(): Promise<SampleCase> } = {
    load: async () => {
      seen.push('load')
      return { provider }
    },
    timer: {
      running: async () => {
        seen.push('running')
        return timer
      },
      stop: async (_client, which) => void seen.push(`stop ${which}`),
    },
    setRequiresActionBy: async (_client, who) => void seen.push(`next ${who}`),
    update: async (_client, event) => void seen.push(`update ${event.code} ${event.id > 0}`),
    enqueue: async (_client, event) => void seen.push(`enqueue ${event.code}`),
  }
  return { seen, effects }
}

const reject = (
  entry: Partial<Parameters<typeof house.log.process<typeof rejectCase>>[3]>,
  effects = witness().effects,
) =>
  house.transaction((client) =>
    house.log.process(
      client,
      subject,
      rejectCase,
      { createdBy: 'ada', chosenBy: 'admin', ...entry },
      effects,
    ),
  )

const note = (code: 'CASE_CREATED' | 'CASE_VIEWED' | 'DUPL' | 'CALL_STARTED', notes = '') =>
  house.transaction((client) =>
    house.log.process(client, subject, caseEvents, { code, notes, createdBy: null }),
  )

describe('An event', () => {
  it('is written as it was told, and read back', async () => {
    const patch = {
      forwards: [{ op: 'replace' as const, path: '/a', value: 2 }],
      backwards: [{ op: 'replace' as const, path: '/a', value: 1 }],
    }
    const entry = {
      code: 'COI' as const,
      notes: 'Ünïcödé 💡 and "quotes"',
      context: { a: [1, null, 'x\u0000y'] },
      patch,
      correlationId: 'r-1',
    }
    const event = await reject(entry)
    expect(event).toMatchObject({
      subject,
      place: 1,
      key: 'reject_case',
      code: 'COI',
      type: 'outcome',
      level: 'HIGH',
      timer: 'T1',
      createdBy: 'ada',
      createdAt: now,
    })
    expect((await house.log.readSubject(subject)).events).toEqual([event])
    expect(event).toMatchObject({ notes: entry.notes, context: entry.context, patch, correlationId: 'r-1' })
  })

  it('has its effects in order: code, timer, row, timer stopped, who acts next, own columns, what follows', async () => {
    const { seen, effects } = witness()
    await reject({ code: 'COI' }, effects)
    expect(seen).toEqual(['load', 'running', 'stop T1', 'next operator', 'update COI true', 'enqueue COI'])
  })

  it('stops no timer where none runs, and none where its code says nothing of it', async () => {
    const none = witness(null, null)
    await reject({ code: 'COI' }, none.effects)
    expect(none.seen).not.toContainEqual(expect.stringMatching(/^stop/))
    const other = witness()
    expect(await reject({ code: 'MIS-OOS' }, other.effects)).toMatchObject({ timer: 'T1' })
    expect(other.seen).not.toContainEqual(expect.stringMatching(/^stop/))
  })

  it('sets who acts next to a value, to nobody, or by the subject; or leaves it as it was', async () => {
    const next = async (code: 'COI' | 'MIS-OOS' | 'DUPL' | 'WAIT', provider: string | null = null) => {
      const { seen, effects } = witness(provider)
      await reject({ code }, effects)
      return seen.filter((line) => line.startsWith('next'))
    }
    expect(await next('COI')).toEqual(['next operator'])
    expect(await next('MIS-OOS')).toEqual(['next null'])
    expect(await next('DUPL')).toEqual([])
    expect(await next('WAIT')).toEqual(['next operator'])
    subject = { ...subject, id: `${subject.id}-b` }
    expect(await next('WAIT', 'a provider')).toEqual([])
  })

  it('whose code asks for what no effect does is refused before anything is written', async () => {
    await expect(reject({ code: 'COI' }, { load: witness().effects.load })).rejects.toThrow(
      /stops timers, and no effect does/,
    )
    await expect(reject({ code: 'MIS-OOS' }, { load: witness().effects.load })).rejects.toThrow(
      /no effect writes it/,
    )
    expect((await house.log.readSubject(subject)).events).toEqual([])
  })

  it('is refused outside of a transaction', async () => {
    const entry = { code: 'CASE_CREATED' as const, createdBy: null }
    await expect(
      house.log.process(
        await house.pool.connect().then((client) => {
          queueMicrotask(() => client.release())
          return client
        }),
        subject,
        caseEvents,
        entry,
      ),
    ).rejects.toThrow(/in a transaction/)
    expect((await house.log.readSubject(subject)).events).toEqual([])
  })

  it('that is not registered is refused', async () => {
    const stranger = { ...caseEvents }
    const work = house.transaction((client) =>
      house.log.process(client, subject, stranger, { code: 'CASE_CREATED', createdBy: null }),
    )
    await expect(work).rejects.toThrow(/"case" is not registered/)
  })
})

describe('Notes', () => {
  it('have up to 5,000 characters, whatever their size in bytes', async () => {
    expect((await note('CASE_VIEWED', '💡'.repeat(5_000)))?.notes).toHaveLength(10_000)
    await expect(note('CASE_VIEWED', 'a'.repeat(5_001))).rejects.toThrow(/5001 characters; 5000 are allowed/)
    await expect(note('CASE_VIEWED', 'a\0b')).rejects.toMatchObject({ code: 'event_invalid' })
  })
})

describe('A code', () => {
  it('is the one given, else what chooseCode says, else the only one', async () => {
    expect(await reject({ code: 'DUPL' })).toMatchObject({ code: 'DUPL' })
    expect(await reject({ choice: { isConflict: true } })).toMatchObject({ code: 'COI' })
    await expect(reject({ choice: {} })).rejects.toMatchObject({ code: 'event_code_missing' })
  })

  it('that the key does not have is refused, with those that may be chosen', async () => {
    const { log } = house
    const events = log.registry.get('reject_case')
    const work = house.transaction((client) =>
      log.process(client, subject, events, { code: 'toString', chosenBy: 'operator', createdBy: 'ada' }),
    )
    await expect(work).rejects.toMatchObject({
      code: 'event_code_unknown',
      message: '"reject_case" has no code "toString". Give one of MIS-OOS, WAIT.',
    })
  })

  it('is only for the roles that may choose it; no roles listed means anyone', async () => {
    await expect(reject({ code: 'COI', chosenBy: 'operator' })).rejects.toMatchObject({
      code: 'event_code_forbidden',
    })
    await expect(reject({ choice: { isConflict: true }, chosenBy: 'staff' })).rejects.toMatchObject({
      code: 'event_code_forbidden',
    })
    expect(await reject({ code: 'COI', chosenBy: 'specialist' })).not.toBeNull()
    expect(await reject({ code: 'MIS-OOS', chosenBy: null })).not.toBeNull()
    expect(await reject({ code: 'WAIT', chosenBy: 'operator_manager' })).not.toBeNull()
    expect(await reject({ code: 'DUPL', chosenBy: 'admin' })).not.toBeNull()
  })

  it('of an event that an account causes is never taken for the program’s choice by saying nothing', async () => {
    const wish = { code: 'CASE_CREATED' as const, createdBy: 'ada' }
    // @ts-expect-error JavaScript can leave it out
    const unsaid = house.transaction((client) => house.log.process(client, subject, caseEvents, wish))
    await expect(unsaid).rejects.toThrow(/doesn't say who chose its code. Give chosenBy/)
    expect((await house.log.readSubject(subject)).events).toEqual([])
    const said = house.transaction((client) =>
      house.log.process(client, subject, caseEvents, { ...wish, chosenBy: 'program' }),
    )
    expect(await said).toMatchObject({ code: 'CASE_CREATED', createdBy: 'ada' })
  })

  it('of a system is never chosen, not even by an administrator, and written by the program', async () => {
    const work = house.transaction((client) =>
      house.log.process(client, subject, caseEvents, {
        code: 'CASE_CREATED',
        chosenBy: 'admin',
        createdBy: 'ada',
      }),
    )
    await expect(work).rejects.toThrow(/written by the program and never chosen/)
    expect(await note('CASE_CREATED')).not.toBeNull()
  })
})

describe('A repeat on the same day', () => {
  it('is not saved and has no side effects', async () => {
    await reject({ code: 'COI', notes: 'x' })
    const { seen, effects } = witness()
    expect(await reject({ code: 'COI', notes: 'x' }, effects)).toBeNull()
    expect(seen).toEqual(['load'])
    expect((await house.log.readSubject(subject)).events).toHaveLength(1)
  })

  it('is the same code of the same key: DUPL means two things', async () => {
    await note('DUPL')
    expect(await reject({ code: 'DUPL' })).not.toBeNull()
    expect(await note('DUPL')).not.toBeNull()
    expect(await note('DUPL')).toBeNull()
  })

  it('has the same notes', async () => {
    await reject({ code: 'COI', notes: 'x' })
    expect(await reject({ code: 'COI', notes: 'y' })).not.toBeNull()
  })

  it('is about the same subject', async () => {
    await reject({ code: 'COI' })
    subject = { ...subject, id: `${subject.id}-other` }
    expect(await reject({ code: 'COI' })).not.toBeNull()
  })

  it('repeats the latest outcome, not an earlier one; what is no outcome of level HIGH lies not between', async () => {
    await reject({ code: 'COI' })
    await note('CALL_STARTED')
    await note('CASE_VIEWED')
    expect(await reject({ code: 'COI' })).toBeNull()
    await reject({ code: 'DUPL' })
    expect(await reject({ code: 'COI' })).not.toBeNull()
  })

  it('is an outcome: other events happen as often as they happen', async () => {
    expect(await note('CALL_STARTED')).not.toBeNull()
    expect(await note('CALL_STARTED')).not.toBeNull()
  })

  it("is of the same day in the organisation's zone, which is not that of UTC", async () => {
    now = new Date('2026-06-01T22:59:00Z')
    await reject({ code: 'COI' })
    now = new Date('2026-06-01T23:01:00Z')
    expect(await reject({ code: 'COI' })).not.toBeNull()
    now = new Date('2026-06-02T22:59:00Z')
    expect(await reject({ code: 'COI' })).toBeNull()
  })

  it('is seen when many press at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => reject({ code: 'COI', notes: 'once' })),
    )
    expect(answers.filter((answer) => answer !== null)).toHaveLength(1)
  })
})
