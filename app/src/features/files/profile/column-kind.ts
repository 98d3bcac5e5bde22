import type { ColumnType } from './report.ts'

/**
 * A way in which cells of a column are written. Kinds with an `axis` have an order of numbers: it turns the
 * SQL of a cell's text into SQL of a number (dates: seconds since 1970), null where the cell is not of the kind.
 */
export interface ColumnKind {
  type: ColumnType
  /** Null: the plain way. */
  format: string | null
  fits: RegExp
  axis: ((text: string) => string) | null
}

const double = (text: string) => `try_cast(${text} as double)`
const without = (text: string, ...letters: string[]) =>
  letters.reduce((inner, letter) => `replace(${inner}, '${letter === "'" ? "''" : letter}', '')`, text)
const seconds = (moment: string) => `epoch(${moment})`
const parsed = (format: string) => (text: string) => seconds(`try_strptime(${text}, ${format})`)
const formats = (date: string) =>
  `['${date}', '${date} %H:%M:%S', '${date} %H:%M', '${date}T%H:%M:%S', '${date}T%H:%M']`

const time = String.raw`[ T]\d{1,2}:\d{2}(:\d{2}([.,]\d{1,9})?)?`
const plain = /^[-+]?(?:(?:0|[1-9]\d{0,14})(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?$/

/**
 * Every kind but text, the narrower before the wider. A number that begins with 0 is a code (a postcode, a
 * telephone number), and one of more than 15 digits is too long to be reckoned with exactly: both are text.
 */
export const kinds: readonly ColumnKind[] = [
  { type: 'boolean', format: null, fits: /^(true|false|yes|no)$/i, axis: null },
  { type: 'integer', format: null, fits: /^[-+]?(0|[1-9]\d{0,14})$/, axis: double },
  { type: 'number', format: null, fits: plain, axis: double },
  {
    type: 'number',
    format: '1,234.56',
    fits: /^[-+]?[1-9]\d{0,2}(,\d{3}){0,4}(\.\d+)?$/,
    axis: (text) => double(without(text, ',')),
  },
  {
    type: 'number',
    format: "1'234.56",
    fits: /^[-+]?[1-9]\d{0,2}(['’]\d{3}){0,4}(\.\d+)?$/,
    axis: (text) => double(without(text, "'", '’')),
  },
  {
    type: 'number',
    format: '1.234,56',
    fits: /^[-+]?(0|[1-9]\d{0,14}|[1-9]\d{0,2}([. ]\d{3}){0,4})(,\d+)?$/,
    axis: (text) => double(`replace(${without(text, '.', ' ')}, ',', '.')`),
  },
  {
    type: 'date',
    format: null,
    fits: /^\d{4}-\d{1,2}-\d{1,2}$/,
    axis: (text) => seconds(`try_cast(${text} as timestamp)`),
  },
  {
    type: 'timestamp',
    format: 'with offset',
    fits: new RegExp(String.raw`^\d{4}-\d{2}-\d{2}${time} ?(Z|[-+]\d{2}(:?\d{2})?)$`),
    axis: (text) => seconds(`try_cast(${text} as timestamptz)`),
  },
  {
    type: 'timestamp',
    format: null,
    fits: new RegExp(`^\\d{4}-\\d{1,2}-\\d{1,2}(${time})?$`),
    axis: (text) => seconds(`try_cast(${text} as timestamp)`),
  },
  ...written('DD.MM.YYYY', '%d.%m.%Y', String.raw`(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.\d{4}`),
  ...written('DD/MM/YYYY', '%d/%m/%Y', String.raw`(0?[1-9]|[12]\d|3[01])/(0?[1-9]|1[0-2])/\d{4}`),
  ...written('MM/DD/YYYY', '%m/%d/%Y', String.raw`(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])/\d{4}`),
]

function written(format: string, pattern: string, fits: string): ColumnKind[] {
  return [
    { type: 'date', format, fits: new RegExp(`^${fits}$`), axis: parsed(`'${pattern}'`) },
    { type: 'timestamp', format, fits: new RegExp(`^${fits}(${time})?$`), axis: parsed(formats(pattern)) },
  ]
}

export const text: ColumnKind = { type: 'text', format: null, fits: /^/, axis: null }

/** Share of cells that may be of another kind before the column is text. */
export const tolerated = 0.05

/** The kind that nearly all of these cells are; the one that fits most, and of equals the narrower. */
export function kindOf(cells: readonly string[]): ColumnKind {
  const few = cells.slice(0, 100)
  let best = text
  let most = Math.max(1, cells.length * (1 - tolerated))
  for (const kind of kinds) {
    // Most columns are text, and are seen to be by a few cells.
    if (fitting(kind, few) < few.length * 0.8) continue
    const found = fitting(kind, cells)
    if (found > most || (best === text && found >= most)) [best, most] = [kind, found]
    if (best !== text && most === cells.length) return best
  }
  return best
}

function fitting({ fits }: ColumnKind, cells: readonly string[]): number {
  let count = 0
  for (const cell of cells) if (fits.test(cell)) count++
  return count
}
