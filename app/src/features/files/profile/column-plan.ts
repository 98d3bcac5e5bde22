import { type ColumnKind, kindOf } from './column-kind.ts'
import type { Sample } from './sample.ts'
import { shortText } from './spread.ts'

/** What the sample says about a column, and so how the whole of it is best counted. */
export interface ColumnPlan {
  /** From 0, in the whole table. */
  index: number
  name: string
  kind: ColumnKind
  /** Few different values: counted one by one, and all figures reckoned from the counts. */
  grouped: boolean
  /** The sample has a value in every row, and none twice: this may be the table's key. */
  unique: boolean
  /** Values that the sample has often: where values are many, only these are counted. */
  frequent: string[]
}

/** In a small file every column is counted by value. */
const fewRows = 200
const frequentValues = 10
/** Share of the rows from which on a value among many is worth counting. */
const frequentShare = 0.001

/** Plans all columns; the kinds that a person's report shows come from here. */
export function planColumns({ dialect, rows, complete }: Sample): ColumnPlan[] {
  return Array.from({ length: dialect.columns }, (_, index) => {
    const cells: string[] = []
    const counts = new Map<string, number>()
    for (const row of rows) {
      const cell = row[index] ?? null
      if (cell === null) continue
      cells.push(cell)
      counts.set(cell, (counts.get(cell) ?? 0) + 1)
    }
    return {
      index,
      name: nameOf(dialect.names, index),
      kind: kindOf(cells),
      grouped: complete || cells.length < fewRows || counts.size < cells.length / 2,
      unique: rows.length > 0 && counts.size === rows.length,
      frequent: [...counts]
        .filter(([, count]) => count > 1 && count >= rows.length * frequentShare)
        .sort(([, one], [, other]) => other - one)
        .slice(0, frequentValues)
        .map(([value]) => value),
    }
  })
}

const nameOf = (names: string[] | null, index: number) =>
  shortText(names?.[index] ?? '') || `Column ${index + 1}`
