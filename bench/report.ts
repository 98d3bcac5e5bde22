import type { Contender } from './contender.ts'

export type Unit = 'jobs/s' | 'ms' | 'µs' | 'MB' | '%' | '/s' | 'transactions/s' | ''

/** One line of a table: a measure, with the median of each contender's rounds. */
export interface Row {
  what: string
  unit: Unit
  medians: ReadonlyMap<string, number>
}

/** A goal, and what came of it in this run. */
export interface Verdict {
  goal: number
  what: string
  wanted: string
  found: string
  reached: boolean
}

/** What a program measured. */
export interface Findings {
  rows: Row[]
  verdicts: Verdict[]
}

/** A goal that is a ratio: reached where it is at least `least`. */
export function ratio(goal: number, what: string, value: number, least: number, beside: string): Verdict {
  const shown = value.toFixed(2)
  return { goal, what, wanted: `≥ ${least} × ${beside}`, found: `${shown} ×`, reached: value >= least }
}

/** A goal that is a bound: reached where it is below `most`. */
export function bound(goal: number, what: string, value: number, most: number, unit: Unit): Verdict {
  const [wanted, found] = [`< ${most} ${unit}`, `${shownValue(value, unit)} ${unit}`]
  return { goal, what, wanted, found, reached: value < most }
}

/** Rows in one table; a column for each contender that has a figure in any of them. */
export function rowsTable(rows: readonly Row[], contenders: readonly Contender[]): string {
  const shown = contenders.filter(({ name }) => rows.some(({ medians }) => medians.has(name)))
  return table(
    ['', ...shown.map(({ name }) => name)],
    rows.map(({ what, unit, medians }) => [
      unit === '' ? what : `${what} (${unit})`,
      ...shown.map(({ name }) => {
        const value = medians.get(name)
        return value === undefined ? '' : shownValue(value, unit)
      }),
    ]),
  )
}

/** What was wanted and what was found, goal by goal. */
export function verdictsTable(verdicts: readonly Verdict[]): string {
  return table(
    ['goal', 'of', 'wanted', 'found', ''],
    [...verdicts]
      .sort((a, b) => a.goal - b.goal)
      .map(({ goal, what, wanted, found, reached }) => [
        String(goal),
        what,
        wanted,
        found,
        reached ? 'reached' : '**not reached**',
      ]),
  )
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

function table(head: readonly string[], body: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '--:'))), ...body.map(line)].join(
    '\n',
  )
}

function shownValue(value: number, unit: Unit): string {
  return unit === 'jobs/s' || unit === 'transactions/s'
    ? Math.round(value).toLocaleString('en')
    : value.toFixed(2)
}
