import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodingOf, Surveyor } from '../survey.ts'
import { writePayments } from '../testing/samples.ts'
import { type Profile, profileFile } from './profile.ts'
import type { ColumnProfile, Settings } from './report.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'profile-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** As the job does it: surveyed on the way in, then profiled. */
async function profileOf(content: string | Buffer, settings: Settings = {}): Promise<Profile> {
  const bytes = Buffer.from(content)
  const surveyor = new Surveyor()
  for (let at = 0; at < bytes.length; at += 7_000) surveyor.take(bytes.subarray(at, at + 7_000))
  const survey = surveyor.result()
  const path = join(folder, 'file.csv')
  await writeFile(path, bytes)
  return profilePath(path, settings, encodingOf(survey), survey.nulBytes > 0 || !survey.utf8)
}

async function profilePath(
  path: string,
  settings: Settings = {},
  encoding: Settings['encoding'] = 'utf-8',
  suspect = false,
  onProgress: (share: number) => void = () => {},
): Promise<Profile> {
  const work = await mkdtemp(join(folder, 'work-'))
  try {
    const use = settings.encoding ?? encoding
    return await profileFile(
      { path, encoding: use, suspect: suspect && use === 'utf-8', settings, folder: work },
      onProgress,
    )
  } finally {
    await rm(work, { recursive: true })
  }
}

const column = ({ columns }: Profile, name: string): ColumnProfile => {
  const found = columns.find((each) => each.name === name)
  if (!found) throw new Error(`No column ${name} among ${columns.map((each) => each.name)}.`)
  return found
}

describe('A broken row costs itself only, with its line and the reason', () => {
  const cases: [string, string | Buffer, number, [number, RegExp][]][] = [
    [
      'ragged rows',
      'a,b,c\n1,2,3\n4,5\n6,7,8,9\n7,8,9\n',
      2,
      [
        [3, /2 cells instead of 3/],
        [4, /4 cells/],
      ],
    ],
    [
      'an unclosed quote before the end',
      'a,b\n1,2\n3,"4\n5,6\n7,8\n',
      3,
      [[3, /quote that is never closed/]],
    ],
    ['text behind a quote', 'a,b\n1,2\n3,"4"x\n5,6\n', 2, [[3, /behind a closing quote/]]],
    ['a NUL byte', 'a,b\n1,2\n3,x\0y\n5,6\n', 2, [[3, /NUL/]]],
    ['a stray byte in UTF-8', Buffer.from('a,b\né,ü\n1,\xe9\nö,ä\n', 'latin1'), 0, []],
    ['a line of 3 MB', `a,b\n1,2\n3,${'x'.repeat(3_000_000)}\n5,6\n`, 2, [[3, /longer than 2 MB/]]],
    ['rows behind a cell of several lines', 'a,b\n1,"x\ny\nz"\n3\n', 1, [[5, /1 cell/]]],
    ['a title above the table', 'Report of May\n\na,b\n1,2\n3,4\n5,6\n', 3, [[1, /1 cell instead of 2/]]],
  ]
  for (const [what, content, rows, refused] of cases.filter(([what]) => !what.startsWith('a stray')))
    it(what, async () => {
      const { summary } = await profileOf(content)
      expect(summary.rows).toBe(rows)
      expect(summary.refused).toBe(refused.length)
      expect(summary.refused_rows.map(({ line }) => line)).toEqual(refused.map(([line]) => line))
      for (const [at, [, reason]] of refused.entries())
        expect(summary.refused_rows[at]?.reason).toMatch(reason)
    })

  it('a stray byte where the rest is UTF-8', async () => {
    const broken = Buffer.concat([Buffer.from('a,b\né,ü\n1,'), Buffer.from([0xe9]), Buffer.from('\nö,ä\n')])
    const { summary } = await profileOf(broken)
    expect(summary).toMatchObject({ rows: 2, refused: 1, refused_rows: [{ line: 3 }] })
    expect(summary.reading.encoding).toBe('utf-8')
  })

  it('a line that is longer than any buffer', async () => {
    const { summary } = await profileOf(
      Buffer.concat([Buffer.from('a,b\n1,2\n'), Buffer.alloc(80_000_000, 'x'), Buffer.from('\n3,4\n')]),
    )
    expect(summary).toMatchObject({ rows: 2, refused_rows: [{ line: 3, reason: 'is longer than 2 MB' }] })
  })

  it('and only the first 100 are kept, but all are counted', async () => {
    const { summary } = await profileOf(`a,b\n${'1,2\n3\n'.repeat(500)}`)
    expect([summary.rows, summary.refused, summary.refused_rows.length]).toEqual([500, 500, 100])
  })
})

describe('Every shape of a table has an outcome', () => {
  const refusals: [string, string, RegExp][] = [
    ['no bytes', '', /is empty/],
    ['only empty lines', '\n\n\r\n', /no row/],
    ['one line without end', 'x'.repeat(5_000_000), /No row can be read: line 1 is longer/],
  ]
  for (const [what, content, sentence] of refusals)
    it(`${what}: a sentence`, async () => {
      await expect(profileOf(content)).rejects.toMatchObject({
        name: 'UnreadableFile',
        message: expect.stringMatching(sentence),
      })
    })

  it('only a header: no rows, and a notice', async () => {
    const { summary, columns } = await profileOf('name,city\n')
    expect([summary.rows, summary.columns, summary.refused]).toEqual([0, 2, 0])
    expect(columns.map(({ type }) => type)).toEqual(['empty', 'empty'])
    expect(summary.notices).toContain('The table has no rows of data.')
  })

  it('one column: a notice that the delimiter may be another', async () => {
    const { summary } = await profileOf('name\nAda\nBob\n')
    expect([summary.rows, summary.columns]).toEqual([2, 1])
    expect(summary.notices.join()).toMatch(/one column/)
  })

  it('duplicate and missing names: kept apart by position, and told', async () => {
    const { summary, columns } = await profileOf('a,a,\n1,2,3\n')
    expect(columns.map(({ name, min }) => [name, min])).toEqual([
      ['a', 1],
      ['a', 2],
      ['Column 3', 3],
    ])
    expect(summary.notices.join(' ')).toMatch(/same name: a\..*no name in the header/)
  })

  it('without a newline at the end, with CR LF, CR, and all mixed: the same', async () => {
    const contents = ['a,b\n1,x\n2,y', 'a,b\r\n1,x\r\n2,y\r\n', 'a,b\r1,x\r2,y\r', 'a,b\r\n1,x\n2,y\r\n']
    for (const content of contents) {
      const found = await profileOf(content)
      expect([found.summary.rows, found.summary.refused, column(found, 'a').max]).toEqual([2, 0, 2])
    }
  })

  it('20,000 columns', async () => {
    const row = (cell: (at: number) => string | number) =>
      Array.from({ length: 20_000 }, (_, at) => cell(at)).join(',')
    const rows = [0, 1, 2, 0].map((add) => row((at) => (at % 2 ? at + add : `text ${add}`)))
    const { summary, columns } = await profileOf(`${row((at) => `c${at}`)}\n${rows.join('\n')}\n1,2\n`)
    expect([summary.rows, summary.columns, summary.refused, summary.duplicates]).toEqual([4, 20_000, 1, 1])
    expect(columns).toHaveLength(20_000)
    expect(columns[19_999]).toMatchObject({ position: 20_000, name: 'c19999', min: 19_999, max: 20_001 })
  }, 240_000)
})

describe('How a file is written is found out', () => {
  const latin = Buffer.from('name;city\nJosé;Zürich\nÇa;“Chur”\n'.replace(/[“”]/g, ''), 'latin1')
  const cases: [string, string | Buffer, string, string][] = [
    ['UTF-8', 'name,city\nJosé,Zürich\n', 'utf-8', ','],
    ['UTF-8 with a mark', '\ufeffname,city\nJosé,Zürich\n', 'utf-8', ','],
    ['Windows-1252', latin, 'windows-1252', ';'],
    ['UTF-16 with a mark', Buffer.from('\ufeffname\tcity\nJosé\tZürich\n', 'utf16le'), 'utf-16le', '\t'],
    ['UTF-16 without one', Buffer.from('name\tcity\nJosé\tZürich\n', 'utf16le'), 'utf-16le', '\t'],
    [
      'UTF-16 the other way round',
      Buffer.from('\ufeffname|city\nJosé|Zürich\n', 'utf16le').swap16(),
      'utf-16be',
      '|',
    ],
    ['sep=;', 'sep=;\nname;city\nJosé;Zürich\n', 'utf-8', ';'],
  ]
  for (const [what, content, encoding, delimiter] of cases)
    it(what, async () => {
      const found = await profileOf(content)
      expect(found.summary.reading).toMatchObject({ encoding, delimiter, header: true })
      expect(found.columns.map(({ name }) => name)).toEqual(['name', 'city'])
      expect(column(found, 'city').top.map(({ value }) => value)).toContain('Zürich')
      expect(found.summary.refused).toBe(0)
    })

  it('the letters that only Windows-1252 has', async () => {
    const bytes = Buffer.concat([
      Buffer.from('price,note\n1,'),
      Buffer.from([0x80, 0x93, 0x9c]),
      Buffer.from('\n'),
    ])
    expect(column(await profileOf(bytes), 'note').min).toBe('€“œ')
  })

  it('single quotes, a trailing delimiter, no header', async () => {
    expect((await profileOf("a,b\n'x,1',2\n'y',3\n")).summary.reading.quote).toBe("'")
    expect((await profileOf('a,b\n1,2,\n3,4,\n')).summary).toMatchObject({ rows: 2, columns: 2, refused: 0 })
    expect((await profileOf('1,2\n3,4\n')).summary).toMatchObject({ rows: 2, reading: { header: false } })
  })

  it('a person may know better', async () => {
    const settings: Settings = { delimiter: ';', quote: null, header: false, encoding: 'windows-1252' }
    const found = await profileOf(Buffer.from('é,"a;b\n1;2\n', 'latin1'), settings)
    expect(found.summary).toMatchObject({ rows: 2, columns: 2, reading: settings })
    expect(found.columns[0]?.top.map(({ value }) => value)).toContain('é,"a')
  })
})

describe('What a column is', () => {
  const cases: [string, string[], Partial<ColumnProfile>][] = [
    ['whole numbers', ['1', '2', '40'], { type: 'integer', min: 1, max: 40 }],
    ['numbers', ['1', '2.5', '-1e3'], { type: 'number', min: -1000, max: 2.5 }],
    [
      'numbers with a decimal comma',
      ['1.234,5', '2,5', '-3,25'],
      { type: 'number', min: -3.25, max: 1234.5 },
    ],
    ['numbers of Switzerland', ["1'234.50", '2.5', "12'000"], { type: 'number', max: 12_000 }],
    ['postcodes, which are no numbers', ['0800', '8001', '3000'], { type: 'text', min: '0800', max: '8001' }],
    ['long ids, which are no numbers', ['12345678901234567890', '12345678901234567891'], { type: 'text' }],
    ['days', ['2026-01-31', '2025-12-01'], { type: 'date', min: '2025-12-01', max: '2026-01-31' }],
    [
      'days as written in Europe',
      ['31.01.2026', '1.12.2025'],
      { type: 'date', format: 'DD.MM.YYYY', max: '2026-01-31' },
    ],
    [
      'days as written in the USA',
      ['01/31/2026', '12/01/2025'],
      { type: 'date', format: 'MM/DD/YYYY', max: '2026-01-31' },
    ],
    [
      'moments',
      ['2026-01-31 10:00', '2026-01-31T11:30:15'],
      { type: 'timestamp', max: '2026-01-31 11:30:15' },
    ],
    [
      'moments of any zone',
      ['2026-01-31T10:00:00Z', '2026-01-31T10:00:00+02:00'],
      { type: 'timestamp', min: '2026-01-31 08:00:00' },
    ],
    ['yes and no', ['yes', 'no', 'yes'], { type: 'boolean', distinct: 2 }],
    ['words', ['x', '1', '2026-01-01'], { type: 'text' }],
  ]
  for (const [what, cells, expected] of cases)
    it(`${what}: ${cells.join(' | ')}`, async () => {
      const found = await profileOf(`k;v\n${cells.map((cell) => `a;${cell}`).join('\n')}\n`, { header: true })
      expect(column(found, 'v')).toMatchObject(expected)
    })

  it('is told by nearly all; the others are counted, not refused', async () => {
    const cells = Array.from({ length: 1000 }, (_, at) => (at % 100 === 50 ? 'n/a' : String(at)))
    const { summary, columns } = await profileOf(`k,v\n${cells.map((cell) => `a,${cell}`).join('\n')}\n`)
    expect(summary).toMatchObject({ rows: 1000, refused: 0 })
    expect(columns[1]).toMatchObject({
      type: 'integer',
      misfits: 10,
      misfit_example: 'n/a',
      min: 0,
      max: 999,
    })
  })

  it('is text where the sample misled: no row is lost', async () => {
    const rows = 200_000
    const path = join(folder, 'misleading.csv')
    // Numbers wherever the sample looks, words between.
    const lines = Array.from(
      { length: rows },
      (_, at) => `${at},${at % 1000 < 900 && at > 20_000 && at % 7 < 3 ? `w${at}` : at}`,
    )
    await writeFile(path, `a,b\n${lines.join('\n')}\n`)
    const { summary, columns } = await profilePath(path)
    expect(summary).toMatchObject({ rows, refused: 0 })
    expect(columns[1]).toMatchObject({ values: rows, type: 'text', max: expect.stringMatching(/^w/) })
  })
})

describe('The figures', () => {
  it('of many rows, which are counted another way, are those of few, so many times over', async () => {
    const times = 60
    const rows = Array.from(
      { length: 1_000 },
      (_, at) => `${(at * 7919) % 90},w${at % 7},${at % 9 ? at / 4 : ''},${at % 30 ? at : 'n/a'}`,
    )
    const table = (repeated: number) => profileOf(`a,b,c,d\n${`${rows.join('\n')}\n`.repeat(repeated)}`)
    const [few, many] = [await table(1), await table(times)]
    for (const [index, once] of few.columns.entries())
      expect(many.columns[index]).toMatchObject({
        ...once,
        values: once.values * times,
        nulls: once.nulls * times,
        misfits: once.misfits * times,
        top: once.top.map(({ value, count }) => ({ value, count: count * times })),
        histogram: once.histogram && {
          ...once.histogram,
          counts: once.histogram.counts.map((count) => count * times),
        },
      })
  }, 120_000)

  it('are those of the cells, in every small table', async () => {
    const cell = fc.oneof(fc.constant(''), fc.integer({ min: -1000, max: 1000 }).map(String))
    const rows = fc.array(fc.tuple(cell, fc.constantFrom('x', 'y', 'z', '')), { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(rows, async (table) => {
        const found = await profileOf(`k,v,w\n${table.map(([v, w]) => `k,${v},${w}`).join('\n')}\n`)
        const numbers = table
          .flatMap(([v]) => (v === '' ? [] : [Number(v)]))
          .sort((one, other) => one - other)
        const v = column(found, 'v')
        expect(v.nulls).toBe(table.length - numbers.length)
        expect(v.values).toBe(numbers.length)
        expect(v.distinct).toBe(new Set(numbers).size)
        expect(found.summary.duplicates).toBe(table.length - new Set(table.map(String)).size)
        if (numbers.length === 0) return
        expect([v.min, v.max]).toEqual([numbers[0], numbers.at(-1)])
        const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length
        expect(v.mean).toBeCloseTo(mean, 9)
        const at = (share: number) => numbers[Math.max(0, Math.ceil(numbers.length * share) - 1)]
        expect(v.quartiles).toEqual([at(0.25), at(0.5), at(0.75)])
        expect(v.histogram?.counts.reduce((sum, each) => sum + each, 0)).toBe(numbers.length)
        const w = column(found, 'w')
        const counts = (value: string) => table.filter(([, each]) => each === value).length
        for (const { value, count } of w.top) expect(count).toBe(counts(value))
        expect(w.top.map(({ count }) => count)).toEqual(
          [...w.top.map(({ count }) => count)].sort((a, b) => b - a),
        )
      }),
      { numRuns: 25 },
    )
  }, 120_000)

  it('of a large table are near, and say so', async () => {
    const path = join(folder, 'large.csv')
    const rows = 300_000
    await writePayments(path, rows)
    const shares: number[] = []
    const found = await profilePath(path, {}, 'utf-8', false, (share) => shares.push(share))
    expect(found.summary).toMatchObject({ rows, columns: 6, refused: 0, duplicates: 0 })
    expect(column(found, 'id')).toMatchObject({
      type: 'integer',
      distinct: rows,
      distinct_exact: true,
      min: 1,
      max: rows,
    })
    expect(column(found, 'city')).toMatchObject({ distinct: 5, distinct_exact: true })
    expect(column(found, 'city').top.reduce((sum, { count }) => sum + count, 0)).toBe(rows)
    const { distinct, distinct_exact } = column(found, 'customer')
    expect(distinct_exact).toBe(false)
    expect(Math.abs(distinct - 50_000)).toBeLessThan(2_500)
    const [first, median, third] = column(found, 'id').quartiles ?? []
    for (const [at, share] of [
      [first, 0.25],
      [median, 0.5],
      [third, 0.75],
    ] as const)
      expect(Math.abs(Number(at) - rows * share)).toBeLessThan(rows * 0.02)
    expect(shares).toEqual([...shares].sort((one, other) => one - other))
    expect(shares.at(-1)).toBe(1)
  })

  it('find the one row that is there twice, also where its column looked like a key', async () => {
    const path = join(folder, 'twice.csv')
    const lines = Array.from({ length: 200_000 }, (_, at) => `${at},${at % 7}`)
    lines.splice(150_001, 0, lines[150_000] ?? '')
    await writeFile(path, `id,b\n${lines.join('\n')}\n`)
    const found = await profilePath(path)
    expect(found.summary.duplicates).toBe(1)
    expect(column(found, 'id')).toMatchObject({ values: 200_001, distinct: 200_000, distinct_exact: true })
  })

  it('hold what no number can: overflow is left out, not infinite', async () => {
    const found = await profileOf('k,v\na,1e308\na,1e308\na,-1e308\na,inf\na,nan\na,1e308\n')
    expect(JSON.stringify(found)).not.toMatch(/Infinity|NaN/)
  })
})
