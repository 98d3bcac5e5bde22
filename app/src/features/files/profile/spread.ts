/*
 * Pass 1 over a file: figures of the columns whose values are too many to be counted one by one, the number
 * of rows, and of rows that are equal to another. One statement, so one reading.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnPlan } from './column-plan.ts'
import { query } from './duck.ts'

export interface Spread {
  rows: number
  /** Rows that are equal to an earlier one; null when not asked for. */
  duplicates: number | null
  columns: Map<number, ColumnSpread>
}

/** Numbers are of the axis; null without one, or where no cell is of the kind. */
export interface ColumnSpread {
  values: number
  fitting: number
  distinct: number
  /** `distinct` was counted, not estimated. */
  exact: boolean
  min: number | string | null
  max: number | string | null
  mean: number | null
  quartiles: [number, number, number] | null
  whole: boolean
  misfit: string | null
}

export interface SpreadOptions {
  source: string
  /** How many columns the source has. */
  width: number
  /** Only those that are not `grouped`; a plan's column is `c{index - from}`. */
  plans: ColumnPlan[]
  from: number
  duplicates: boolean
  /** About how many: decides how exactly different values are counted. */
  rowsExpected: number
  onProgress: (share: number) => void
}

/** Longer texts are cut: they only show what the values look like. */
export const longestText = 200

export async function measureSpread(connection: DuckDBConnection, options: SpreadOptions): Promise<Spread> {
  const { source, width, plans, from, duplicates } = options
  const share = sharedBy(options.rowsExpected)
  const all = Array.from({ length: width }, (_, index) => `c${index}`)
  const cells = plans.flatMap((plan) => {
    const cell = `c${plan.index - from}`
    return plan.kind.axis ? [cell, `${finite(plan.kind.axis(cell))} as x${plan.index - from}`] : [cell]
  })
  const [row] = await query(
    connection,
    `select count(*)::double as rows,
       ${[duplicates ? '(count(*) - count(distinct print))::double as duplicates' : 'null as duplicates', ...plans.map((plan) => figures(plan, from, share))].join(',\n')}
     from (select ${[duplicates ? `hash(${all}) as print` : '1 as print', ...cells].join(', ')} from ${source})`,
    options.onProgress,
  )
  return {
    rows: Number(row?.rows ?? 0),
    duplicates: row?.duplicates == null ? null : Number(row.duplicates),
    columns: new Map(plans.map((plan) => [plan.index, spreadOf(row ?? {}, plan, from, share)])),
  }
}

/** Neither infinity nor NaN can be reckoned with. */
export const finite = (axis: string) => `(case when isfinite(${axis}) then ${axis} end)`

/**
 * Different values are counted exactly in one of so many parts of all hashes, a power of 2, and multiplied:
 * about 30,000 values tell within one or two per cent, at the price of DuckDB's estimate, which is out by ten.
 */
const sharedBy = (rows: number) => 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, rows) / 32_768)))

const differing = (value: string, place: number, share: number) => {
  const within = share === 1 ? '' : ` filter (hash(${value}) & ${share - 1} = 0)`
  return `count(distinct ${value})${within}::double as distinct${place}, count(${value})${within}::double as among${place}`
}

function figures({ kind, index }: ColumnPlan, from: number, share: number): string {
  const place = index - from
  const cell = `c${place}`
  if (!kind.axis) {
    return `count(${cell})::double as values${place}, ${differing(cell, place, share)},
      left(min(${cell}), ${longestText}) as min${place}, left(max(${cell}), ${longestText}) as max${place}`
  }
  const axis = `x${place}`
  return `count(${cell})::double as values${place}, count(${axis})::double as fitting${place},
    ${differing(axis, place, share)}, min(${axis}) as min${place}, max(${axis}) as max${place},
    avg(${axis}) as mean${place}, approx_quantile(${axis}, [0.25, 0.5, 0.75]) as quartiles${place},
    bool_and(${axis} = floor(${axis})) as whole${place},
    left(min(${cell}) filter (${axis} is null), ${longestText}) as misfit${place}`
}

function spreadOf(
  row: Record<string, unknown>,
  { kind, index }: ColumnPlan,
  from: number,
  share: number,
): ColumnSpread {
  const place = index - from
  const values = Number(row[`values${place}`])
  const fitting = kind.axis ? Number(row[`fitting${place}`]) : values
  const found = Number(row[`distinct${place}`])
  const allDiffer = found === Number(row[`among${place}`])
  const distinct = allDiffer ? fitting : Math.min(fitting, found * share)
  const exact = share === 1
  if (!kind.axis) {
    const min = textOf(row[`min${place}`])
    const max = textOf(row[`max${place}`])
    return {
      values,
      fitting,
      distinct,
      exact,
      min,
      max,
      mean: null,
      quartiles: null,
      whole: false,
      misfit: null,
    }
  }
  return {
    values,
    fitting,
    distinct,
    exact,
    min: numberOf(row[`min${place}`]),
    max: numberOf(row[`max${place}`]),
    mean: numberOf(row[`mean${place}`]),
    quartiles: quartilesOf(row[`quartiles${place}`]),
    whole: row[`whole${place}`] === true,
    misfit: textOf(row[`misfit${place}`]),
  }
}

export const numberOf = (value: unknown): number | null => {
  const number = value === null || value === undefined ? Number.NaN : Number(value)
  return Number.isFinite(number) ? number : null
}

/** Text that JSON and PostgreSQL can hold. */
export const textOf = (value: unknown): string | null =>
  typeof value === 'string' ? value.replaceAll('\0', '␀') : null

/** The same, cut; never through a letter of two units. */
export const shortText = (text: string) =>
  text
    .slice(0, longestText)
    .replace(/[\ud800-\udbff]$/, '')
    .replaceAll('\0', '␀')

export function quartilesOf(value: unknown): [number, number, number] | null {
  if (!Array.isArray(value)) return null
  const [first, median, third] = value.map(numberOf)
  return first != null && median != null && third != null ? [first, median, third] : null
}
