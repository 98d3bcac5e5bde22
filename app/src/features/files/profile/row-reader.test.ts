import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RowReader } from './row-reader.ts'

interface Read {
  rows: string[]
  refused: { line: number; reason: string }[]
}

function read(chunks: Buffer[], columns: number | null): Read {
  const found: Read = { rows: [], refused: [] }
  const reader = new RowReader(
    { delimiter: 0x2c, quote: 0x22, columns },
    {
      row: (bytes, start, end) => void found.rows.push(bytes.toString('utf8', start, end)),
      refused: (line, reason) => void found.refused.push({ line, reason }),
    },
  )
  for (const chunk of chunks) reader.write(chunk)
  reader.end()
  return found
}

function cut(bytes: Buffer, places: number[]): Buffer[] {
  const at = [
    0,
    ...places.map((place) => place % (bytes.length + 1)).sort((one, other) => one - other),
    bytes.length,
  ]
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', '"', ',', '\n', '\r', '\r\n') }),
  fc.constant(''),
)
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

describe('Rows', () => {
  it('are what was written, wherever the chunks are cut', () => {
    const tables = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 20 })
    const newlines = fc.constantFrom('\n', '\r\n', '\r')
    fc.assert(
      fc.property(tables, newlines, fc.array(fc.nat(), { maxLength: 10 }), (table, newline, places) => {
        const lines = table.map((row) => row.map(quoted).join(','))
        const { rows, refused } = read(cut(Buffer.from(lines.join(newline) + newline), places), 3)
        expect(refused).toEqual([])
        expect(rows).toEqual(lines)
      }),
      { numRuns: 500 },
    )
  })

  it('and refusals are the same, wherever the chunks are cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '\n', '\r', ' '), maxLength: 60 })
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 6 }), (content, places) => {
        const bytes = Buffer.from(content)
        expect(read(cut(bytes, places), 2)).toEqual(read([bytes], 2))
      }),
      { numRuns: 2_000 },
    )
  })

  it('of one line each are told all, as good or as refused', () => {
    const line = fc.string({ unit: fc.constantFrom('a', ',', ' ', '\0'), minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const { rows, refused } = read([Buffer.from(lines.join('\n'))], 2)
        expect(rows.length + refused.length).toBe(lines.length)
        const good = lines.filter((_, at) => !refused.some((row) => row.line === at + 1))
        expect(rows).toEqual(good)
      }),
    )
  })

  it('of any length are read in bounded memory: an endless line is refused, and the next is read', () => {
    const chunk = Buffer.alloc(1 << 20, 'x')
    const found: Read = { rows: [], refused: [] }
    const reader = new RowReader(
      { delimiter: 0x2c, quote: 0x22, columns: 1 },
      {
        row: (bytes, start, end) => void found.rows.push(bytes.toString('utf8', start, end)),
        refused: (line, reason) => void found.refused.push({ line, reason }),
      },
    )
    reader.write(Buffer.from('a\n'))
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    // 1 GB; ten times as much would only take ten times as long.
    for (let sent = 0; sent < 1_000; sent++) {
      reader.write(chunk)
      if (sent % 100 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
    reader.write(Buffer.from('\nb\n'))
    reader.end()
    expect(found).toEqual({ rows: ['a', 'b'], refused: [{ line: 2, reason: 'is longer than 2 MB' }] })
    expect(most).toBeLessThan(50_000_000)
  })

  it('behind an opened quote that nothing closes are not lost', () => {
    const bytes = Buffer.from(`a,"b\n${'c,d\n'.repeat(600_000)}`)
    const { rows, refused } = read([bytes.subarray(0, 1_500_000), bytes.subarray(1_500_000)], 2)
    expect(rows).toHaveLength(600_000)
    expect(refused).toEqual([{ line: 1, reason: 'opens a quote that is never closed' }])
  })
})
