import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventError } from './error.ts'
import { applyPatch, diff, revertPatch } from './patch.ts'
import type { JsonValue } from './types.ts'

/** Names that JSON Pointer escapes, and that look like places of a list. */
const name = fc
  .oneof(fc.constantFrom('a', 'b', 'a/b', 'm~n', '', '0', '-', 'length'), fc.string({ maxLength: 3 }))
  .filter((each) => each !== '__proto__')
const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<JsonValue>(null, true, false, '', 'text', 0, 1, -2.5),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(name, tie('json'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

describe('A patch', () => {
  it('makes one document of another, and back', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const patch = diff(before, after)
        const kept = JSON.stringify(before)
        expect(applyPatch(before, patch)).toEqual(after)
        expect(revertPatch(after, patch)).toEqual(before)
        expect(JSON.stringify(before)).toBe(kept)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is the same after it was stored', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const patch: ReturnType<typeof diff> = JSON.parse(JSON.stringify(diff(before, after)))
        expect(applyPatch(before, patch)).toEqual(after)
      }),
    )
  })

  it('of what did not change is empty', () => {
    fc.assert(
      fc.property(json, (document) => {
        expect(diff(document, structuredClone(document))).toEqual({ forwards: [], backwards: [] })
      }),
    )
  })

  it('holds the values of both sides, as RFC 6902 has them', () => {
    expect(diff({ name: 'Ada', town: 'Ely' }, { name: 'Bea', town: 'Ely' })).toEqual({
      forwards: [
        { op: 'test', path: '/name', value: 'Ada' },
        { op: 'replace', path: '/name', value: 'Bea' },
      ],
      backwards: [
        { op: 'test', path: '/name', value: 'Bea' },
        { op: 'replace', path: '/name', value: 'Ada' },
      ],
    })
  })

  it('no longer applies where what it changes was changed since, or is gone', () => {
    const patch = diff({ name: 'Ada', town: 'Ely' }, { name: 'Bea', town: 'Ely' })
    const conflict = (document: JsonValue) => {
      try {
        applyPatch(document, patch)
      } catch (error) {
        return error instanceof EventError ? error.code : error
      }
      return 'applied'
    }
    expect(conflict({ name: 'Cis', town: 'Ely' })).toBe('event_patch_conflict')
    expect(conflict({ town: 'Ely' })).toBe('event_patch_conflict')
    expect(conflict(null)).toBe('event_patch_conflict')
    expect(conflict({ name: 'Ada', town: 'Rye' })).toBe('applied')
    expect(() => revertPatch({ name: 'Ada' }, patch)).toThrow(/changed since. Load it again/)
  })
})
