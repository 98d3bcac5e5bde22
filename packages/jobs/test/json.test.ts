import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JobError } from '../src/errors.ts'
import { encodeArgs, encodeResult, safeText } from '../src/json.ts'

const limit = 1 << 20
const refusal = (args: unknown[]) => {
  try {
    encodeArgs(args, limit)
  } catch (error) {
    if (error instanceof JobError.Invalid) return error.message
    throw error
  }
  throw new Error('was not refused')
}

/** Any text that PostgreSQL can store. */
const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'))
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
})).value

describe('arguments', () => {
  test('that are JSON come back as they are', () => {
    fc.assert(
      fc.property(fc.array(json, { maxLength: 4 }), (args) => {
        expect(JSON.parse(encodeArgs(args, limit))).toEqual(JSON.parse(JSON.stringify(args)))
        expect(JSON.parse(encodeArgs(args, limit))).toEqual(
          args.map((value) => JSON.parse(JSON.stringify(value))),
        )
      }),
    )
  })

  test('left out at the end are as if not given', () => {
    expect(encodeArgs([], limit)).toBe('[]')
    expect(encodeArgs(['a', undefined, undefined], limit)).toBe('["a"]')
    expect(encodeArgs([undefined], limit)).toBe('[]')
  })

  test('may have properties that are undefined, which are left out', () => {
    expect(encodeArgs([{ a: undefined, b: 1 }], limit)).toBe('[{"b":1}]')
  })

  test('may be objects without a prototype, and hold one object twice', () => {
    const bare = Object.assign(Object.create(null), { a: 1 })
    expect(encodeArgs([bare, [bare, bare]], limit)).toBe('[{"a":1},[{"a":1},{"a":1}]]')
  })

  const holding = (value: unknown) => ['first', { name: value }]
  class Money {
    amount = 3
  }
  const round: { self?: unknown } = {}
  round.self = [round]
  const sparse: unknown[] = []
  sparse[2] = 'third'

  test.each<[string, unknown[], string | RegExp]>([
    ['undefined before a given one', [undefined, 1], 'args[0] is undefined.'],
    ['undefined in a list', [[1, undefined]], 'args[0][1] is undefined.'],
    ['a hole in a list', [sparse], 'args[0][0] is undefined.'],
    ['NaN', holding(Number.NaN), 'args[1].name is NaN.'],
    ['infinity', holding(Number.NEGATIVE_INFINITY), 'args[1].name is -Infinity.'],
    ['a bigint', holding(3n), 'args[1].name is a bigint: give it as text.'],
    ['a function', holding(() => 1), 'args[1].name is a function.'],
    ['a symbol', holding(Symbol('x')), 'args[1].name is a symbol.'],
    ['a date', holding(new Date(0)), 'args[1].name is a Date, which would come back as text'],
    ['a map', holding(new Map([[1, 2]])), 'args[1].name is a Map'],
    ['bytes', holding(Buffer.from('abc')), 'args[1].name is a Buffer'],
    ['an instance', holding(new Money()), 'args[1].name is a Money'],
    ['an error', holding(new RangeError('x')), 'args[1].name is a RangeError'],
    ['a way to write itself', [{ toJSON: () => 'x' }], 'args[0].toJSON is a function'],
    ['a circle', [round], 'args[0].self[0] holds itself.'],
    ['a key that is no word', [{ 'a b': [() => 1] }], 'args[0]["a b"][0] is a function.'],
  ])('with %s are refused by path', (_, args, sentence) => {
    expect(refusal(args)).toContain(sentence)
    expect(refusal(args)).toContain(
      'Allowed are null, true, false, finite numbers, text, arrays and plain objects',
    )
  })

  test.each<[string, unknown[], string]>([
    ['NUL', ['a\0b'], 'args[0]'],
    ['NUL in a key', [{ ok: { 'a\0': 1 } }], 'args[0].ok["a\\u0000"]'],
    ['the first half of a pair', ['ok', ['\ud83d']], 'args[1][0]'],
    ['the second half of a pair', [{ a: 'x\ude00y' }], 'args[0].a'],
    ['halves in the wrong order', ['\ude00\ud83d'], 'args[0]'],
  ])('with %s in text are refused by path', (_, args, path) => {
    expect(refusal(args)).toContain(`${path} has a NUL character or half of a surrogate pair`)
  })

  test('that merely look like an escape are kept', () => {
    const args = ['\\u0000', '\\\\ud800', '\u0001', '😀']
    expect(JSON.parse(encodeArgs(args, limit))).toEqual(args)
  })

  test('are measured in bytes of UTF-8', () => {
    expect(encodeArgs(['é'.repeat(10)], 24)).toHaveLength(14)
    expect(() => encodeArgs(['é'.repeat(10)], 23)).toThrow(
      'The arguments are 24 bytes of JSON; at most 23 are allowed.',
    )
  })

  test('nested as deep as a tunnel are refused, not a crash', () => {
    let deep: unknown = 1
    for (let level = 0; level < 100_000; level++) deep = [deep]
    expect(refusal([deep])).toContain('is nested more than 500 levels deep')
  })
})

describe('results', () => {
  test('that are JSON come back as they are, and undefined as null', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(encodeResult(value)).toBe(JSON.stringify(value))
      }),
    )
    expect(encodeResult(undefined)).toBe('null')
  })

  test('show what PostgreSQL cannot store', () => {
    const stored = JSON.parse(encodeResult({ 'k\0': ['a\0b', '\ud800', 'c\\u0000', '\\\0', '\u0001', '😀'] }))
    expect(stored).toEqual({ 'k\\u0000': ['a\\u0000b', '\\ud800', 'c\\u0000', '\\\\u0000', '\u0001', '😀'] })
  })

  test('that are not JSON are refused by path', () => {
    expect(() => encodeResult({ rows: [1n] })).toThrow(JobError.Invalid)
    expect(() => encodeResult({ rows: [1n] })).toThrow('result.rows[0] is a bigint: give it as text.')
    expect(() => encodeResult(() => 1)).toThrow('result is a function.')
  })
})

test('errors and log lines show what PostgreSQL cannot store, and nothing else changes', () => {
  expect(safeText('a\0b \ud83d 😀 \ude00')).toBe('a\\u0000b \\ud83d 😀 \\ude00')
  const anyText = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) })
  fc.assert(
    fc.property(anyText, (value) => {
      const safe = safeText(value)
      expect(safe).not.toContain('\0')
      expect(Buffer.from(safe, 'utf8').toString('utf8')).toBe(safe)
      if (!value.includes('\0') && Buffer.from(value).toString() === value) expect(safe).toBe(value)
    }),
  )
})
