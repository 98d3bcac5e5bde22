/*
 * Pass 1 over a file: figures of the columns whose values are too many to be counted one by one, the number
 * of rows, and of rows that are equal to another. One statement, so one reading.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnPlan } from './column-plan.ts'
import { query } from './duck.ts'

export interface Spread {
  rows: number
  /** Rows that are equal to an earlier one; null when it was not counted. */
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
  /** Compare whole rows. */
  duplicates: boolean
  /** A column whose different values are counted exactly, whatever that costs. */
  key: ColumnPlan | null
  /** About how many: decides how exactly different values are counted. */
  rowsExpected: number
  onProgress: (share: number) => void
}

/** Longer texts are cut: they only show what the values look like. */
export const longestText = 200

export async function measureSpread(connection: DuckDBConnection, options: SpreadOptions): Promise<Spread> {
  const { plans, from, duplicates, key } = options
  const usual = sharedBy(options.rowsExpected)
  const columns = plans.map((plan) => ({ plan, place: plan.index - from, share: plan === key ? 1 : usual }))
  const counted = duplicates ? '(count(*) - count(distinct print))::double' : 'null'
  const [row = {}] = await query(
    connection,
    `select count(*)::double as rows, ${[`${counted} as duplicates`, ...columns.map(figures)].join(',\n')}
     from ${cells(options)}`,
    options.onProgress,
  )
  const spreads = new Map(columns.map((column) => [column.plan.index, spreadOf(row, column)]))
  await addMisfits(connection, options, spreads)
  return { rows: Number(row.rows ?? 0), duplicates: numberOf(row.duplicates), columns: spreads }
}

/** The cells of the planned columns; `x…` is the axis of `c…`, without infinity and NaN, which nobody can reckon with. */
function cells({ source, width, plans, from, duplicates }: SpreadOptions): string {
  const all = Array.from({ length: width }, (_, index) => `c${index}`)
  const print = duplicates ? `hash(${all})` : '1'
  const ordered = plans.filter(({ kind }) => kind.axis)
  const read = plans.flatMap(({ kind, index }) => {
    const cell = `c${index - from}`
    return kind.axis ? [cell, `${kind.axis(cell)} as y${index - from}`] : [cell]
  })
  const axes = ordered.map(({ index }) => {
    const axis = `y${index - from}`
    return `case when isfinite(${axis}) then ${axis} end as x${index - from}`
  })
  return `(select ${['*', ...axes].join(', ')} from (select ${[`${print} as print`, ...read].join(', ')} from ${source}))`
}

/** One cell of each column that has some which are not of its kind; seldom needed, so a reading of its own. */
async function addMisfits(
  connection: DuckDBConnection,
  options: SpreadOptions,
  spreads: Map<number, ColumnSpread>,
): Promise<void> {
  const plans = options.plans.filter(({ index }) => {
    const spread = spreads.get(index)
    return spread && spread.fitting < spread.values
  })
  if (plans.length === 0) return
  const examples = plans.map(({ index }) => {
    const place = index - options.from
    return `left(min(c${place}) filter (x${place} is null), ${longestText}) as misfit${place}`
  })
  const [row = {}] = await query(
    connection,
    `select ${examples.join(', ')} from ${cells({ ...options, plans, duplicates: false })}`,
  )
  for (const { index } of plans) {
    const spread = spreads.get(index)
    if (spread) spread.misfit = textOf(row[`misfit${index - options.from}`])
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

interface MeasuredColumn {
  plan: ColumnPlan
  /** Its cells are `c{place}`. */
  place: number
  /** See `sharedBy`. */
  share: number
}

function figures({ plan: { kind }, place, share }: MeasuredColumn): string {
  const cell = `c${place}`
  if (!kind.axis) {
    return `count(${cell})::double as values${place}, ${differing(cell, place, share)},
      left(min(${cell}), ${longestText}) as min${place}, left(max(${cell}), ${longestText}) as max${place}`
  }
  const axis = `x${place}`
  const whole = kind.type === 'integer' ? `bool_and(${axis} = floor(${axis}))` : 'false'
  return `count(${cell})::double as values${place}, count(${axis})::double as fitting${place},
    ${differing(axis, place, share)}, min(${axis}) as min${place}, max(${axis}) as max${place},
    avg(${axis}) as mean${place}, approx_quantile(${axis}, [0.25, 0.5, 0.75]) as quartiles${place}, ${whole} as whole${place}`
}

function spreadOf(row: Record<string, unknown>, { plan, place, share }: MeasuredColumn): ColumnSpread {
  const { axis } = plan.kind
  const figure = (name: string) => row[`${name}${place}`]
  const values = Number(figure('values'))
  const fitting = axis ? Number(figure('fitting')) : values
  const found = Number(figure('distinct'))
  const allDiffer = found === Number(figure('among'))
  return {
    values,
    fitting,
    distinct: allDiffer ? fitting : Math.min(fitting, found * share),
    exact: share === 1,
    min: axis ? numberOf(figure('min')) : textOf(figure('min')),
    max: axis ? numberOf(figure('max')) : textOf(figure('max')),
    mean: axis ? numberOf(figure('mean')) : null,
    quartiles: axis ? quartilesOf(figure('quartiles')) : null,
    whole: figure('whole') === true,
    misfit: null,
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
