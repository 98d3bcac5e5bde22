import { describe, expect, expectTypeOf, it } from 'vitest'
import { roles } from '../platform/accounts/roles.ts'
import { defineEvents, type StateOf } from './define.ts'
import type { EventLog } from './event-log.ts'
import { createRegistry, EventRegistry } from './registry.ts'
import type { SqlClient } from './sql.ts'
import { caseEvents, rejectCase, type SampleCase } from './testing/sample-events.ts'
import type { LoggedEvent } from './types.ts'
import { eventRoles } from './types.ts'

const registry = createRegistry(rejectCase, caseEvents)

describe('The registry', () => {
  it('gives the events of a key, and refuses another', () => {
    expect(registry.get('reject_case')).toBe(rejectCase)
    const untyped: EventRegistry = new EventRegistry(rejectCase)
    expect(() => untyped.get('reject')).toThrow('There is no event "reject".')
  })

  it('lists what a role may choose, in order', () => {
    const codes = (role: Parameters<typeof registry.selectable>[0]) =>
      registry.selectable(role, 'reject_case').map(({ code }) => code)
    expect(codes('specialist')).toEqual(['MIS-OOS', 'DUPL', 'COI'])
    expect(codes('operator')).toEqual(['MIS-OOS', 'WAIT'])
    expect(codes('operator_manager')).toEqual(['MIS-OOS', 'WAIT'])
    expect(codes('admin')).toEqual(['MIS-OOS', 'DUPL', 'COI', 'WAIT'])
  })

  it('gives a code that names no role to anyone', () => {
    for (const role of [...eventRoles, null]) {
      expect(registry.selectable(role, 'reject_case').map(({ code }) => code)).toContain('MIS-OOS')
    }
  })

  it('gives codes of a system to nobody', () => {
    for (const role of [...eventRoles, null]) {
      expect(registry.selectable(role).filter(({ type }) => type === 'system')).toEqual([])
    }
  })

  it('finds codes by their attributes, and keeps codes of different keys apart', () => {
    expect(registry.filter({ stopsTimer: true }).map(({ key, code }) => [key, code])).toEqual([
      ['reject_case', 'COI'],
    ])
    expect(registry.filter({ code: 'DUPL' }).map(({ key, description }) => [key, description])).toEqual([
      ['reject_case', 'Duplicate'],
      ['case', 'Entered twice'],
    ])
    expect(registry.filter({ level: 'MINOR' })).toMatchObject([{ code: 'CASE_VIEWED', order: 20 }])
    expect(registry.filter({ key: 'reject_case' }).at(-1)).toMatchObject({ code: 'WAIT', order: 10_000 })
  })

  it('knows the roles of the accounts, and no others', () => {
    expect([...eventRoles].sort()).toEqual([...roles].sort())
  })
})

const good = { type: 'event', level: 'HIGH', selectableBy: [], description: 'x', stopsTimer: false }
const { description: _, ...without } = good

describe('Registration refuses', () => {
  it.each([
    ['no key', { codes: { A: good } }, /an event has no key/],
    ['an empty key', { key: '', codes: { A: good } }, /an event has no key/],
    ['a key with spaces', { key: 'a b', codes: { A: good } }, /the event "a b" has a key that is not/],
    ['no codes', { key: 'k' }, /the event "k" has no codes/],
    ['empty codes', { key: 'k', codes: {} }, /the event "k" has no codes/],
    [
      'an unknown property of the event',
      { key: 'k', codes: { A: good }, choose: 1 },
      /"k" has the unknown property "choose"/,
    ],
    [
      'a chooseCode that is no function',
      { key: 'k', codes: { A: good }, chooseCode: 'A' },
      /chooseCode that is not a function/,
    ],
    [
      'a missing property',
      { key: 'k', codes: { A: without } },
      /"k", code "A", lacks the property "description"/,
    ],
    [
      'an unknown property',
      { key: 'k', codes: { A: { ...good, stops: 1 } } },
      /"k", code "A", has the unknown property "stops"/,
    ],
    [
      'an unknown type',
      { key: 'k', codes: { A: { ...good, type: 'news' } } },
      /"A", has the unknown type "news"; known are outcome, system, event/,
    ],
    [
      'an unknown level',
      { key: 'k', codes: { A: { ...good, level: 'LOW' } } },
      /"A", has the unknown level "LOW"/,
    ],
    [
      'an unknown role',
      { key: 'k', codes: { A: { ...good, selectableBy: ['boss'] } } },
      /"A", has the unknown role "boss"/,
    ],
    [
      'one role instead of a list',
      { key: 'k', codes: { A: { ...good, selectableBy: 'admin' } } },
      /no list of roles; \[\] means anyone/,
    ],
    [
      'an order that is no number',
      { key: 'k', codes: { A: { ...good, order: 'first' } } },
      /"A", has the order "first"/,
    ],
    [
      'a stopsTimer that is no boolean',
      { key: 'k', codes: { A: { ...good, stopsTimer: 'yes' } } },
      /neither true nor false/,
    ],
    [
      'what can not say who acts next',
      { key: 'k', codes: { A: { ...good, setRequiresActionBy: 7 } } },
      /neither text, null nor a function/,
    ],
    ['a code that is nothing', { key: 'k', codes: { A: null } }, /"A", is not an object of properties/],
  ])('%s, and names the file', (_what, definition, reason) => {
    const register = () =>
      Reflect.apply(EventRegistry.prototype.register, new EventRegistry(), ['some/events.ts', [definition]])
    expect(register).toThrow(reason)
    expect(register).toThrow(/^some\/events\.ts: /)
  })

  it('a key twice, in one file or in two, and keeps nothing of that file', () => {
    const one = defineEvents({ key: 'one', codes: { A: { ...caseEvents.codes.CASE_CREATED } } })
    const fresh: EventRegistry = new EventRegistry()
    fresh.register('a/events.ts', [caseEvents])
    expect(() => fresh.register('b/events.ts', [one, caseEvents])).toThrow(
      'b/events.ts: the key "case" is taken by a/events.ts. Rename one of them.',
    )
    expect(() => fresh.register('b/events.ts', [one, one])).toThrow('the key "one" is there twice')
    expect(fresh.keys()).toEqual(['case'])
  })
})

// Never called: what must not compile, and what must.
export function types(log: EventLog, client: SqlClient) {
  const subject = { kind: 'case', id: '1' }
  expectTypeOf(registry.get('reject_case').codes.COI.level).toEqualTypeOf<'HIGH'>()
  expectTypeOf<StateOf<typeof rejectCase>>().toEqualTypeOf<SampleCase>()
  expectTypeOf<StateOf<typeof caseEvents>>().toEqualTypeOf<unknown>()
  const [entry] = registry.filter({ stopsTimer: true })
  if (entry?.key === 'case')
    expectTypeOf(entry.code).toEqualTypeOf<'CASE_CREATED' | 'CASE_VIEWED' | 'DUPL' | 'CALL_STARTED'>()
  // @ts-expect-error no such key
  registry.get('accept_case')
  // @ts-expect-error no such code
  registry.get('reject_case').codes.NOPE
  // @ts-expect-error no such code
  registry.filter({ code: 'NOPE' })
  // @ts-expect-error no such code
  registry.filter().some(({ code }) => code === 'NOPE')
  // @ts-expect-error no such role
  registry.selectable('boss')
  // @ts-expect-error a code of another key
  log.process(client, subject, caseEvents, { code: 'COI', createdBy: null })
  // @ts-expect-error chooseCode wants another thing
  log.process(client, subject, rejectCase, { choice: { isConflict: 'yes' }, createdBy: null })
  // @ts-expect-error whose effects don't load what WAIT asks
  log.process(client, subject, rejectCase, { code: 'WAIT', createdBy: null }, {})
  const wait = { code: 'WAIT', createdBy: null } as const
  const load = async () => ({ provider: 7 })
  // @ts-expect-error loads another thing than WAIT asks
  log.process(client, subject, rejectCase, wait, { load })
  // @ts-expect-error who chose the code must be said where an account did it
  log.process(client, subject, caseEvents, { code: 'DUPL', createdBy: 'ada' })
  // @ts-expect-error who did it must be said
  log.process(client, subject, caseEvents, { code: 'DUPL' })
  const attributes = {
    type: 'event',
    level: 'HIGH',
    selectableBy: [],
    description: 'x',
    stopsTimer: false,
  } as const
  // @ts-expect-error chooseCode answers a code that there is not
  defineEvents({ key: 'k', codes: { A: attributes }, chooseCode: () => 'B' })
  // @ts-expect-error no such level
  defineEvents({ key: 'k', codes: { A: { ...attributes, level: 'LOW' } } })
  // @ts-expect-error no such role
  defineEvents({ key: 'k', codes: { A: { ...attributes, selectableBy: ['boss'] } } })
  expectTypeOf(log.process(client, subject, caseEvents, { code: 'DUPL', createdBy: null })).toEqualTypeOf<
    Promise<LoggedEvent | null>
  >()
}
