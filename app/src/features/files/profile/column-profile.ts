import { type ColumnKind, text, tolerated } from './column-kind.ts'
import type { ColumnPlan } from './column-plan.ts'
import type { ColumnCounts } from './counts.ts'
import type { ColumnProfile, ColumnType, Histogram, Value } from './report.ts'
import type { ColumnSpread } from './spread.ts'

/** True when so many cells are not what the sample promised that the column is text after all. */
export function isMisjudged({ kind }: ColumnPlan, { values, fitting }: ColumnSpread): boolean {
  return kind.axis !== null && values - fitting > values * tolerated
}

/** The same column, counted as text. */
export const asText = (plan: ColumnPlan): ColumnPlan => ({ ...plan, kind: text })

/** Puts what both passes found into the report's words. */
export function columnProfile(
  plan: ColumnPlan,
  rows: number,
  spread: ColumnSpread,
  counts: ColumnCounts | undefined,
): ColumnProfile {
  const { kind } = plan
  const show = (value: number | string | null) => shown(kind, value)
  return {
    position: plan.index + 1,
    name: plan.name,
    type: typeOf(kind, spread),
    format: spread.values === 0 ? null : kind.format,
    nulls: rows - spread.values,
    values: spread.values,
    misfits: spread.values - spread.fitting,
    misfit_example: spread.misfit,
    distinct: spread.distinct,
    distinct_exact: spread.exact,
    min: show(spread.min),
    max: show(spread.max),
    mean: show(spread.mean),
    quartiles: spread.quartiles && mapThree(spread.quartiles, show),
    quartiles_exact: plan.grouped,
    top: counts?.top ?? [],
    histogram: histogramOf(kind, counts),
  }
}

function typeOf(kind: ColumnKind, { values, whole }: ColumnSpread): ColumnType {
  if (values === 0) return 'empty'
  return kind.type === 'integer' && !whole ? 'number' : kind.type
}

function histogramOf(kind: ColumnKind, counts: ColumnCounts | undefined): Histogram | null {
  if (!counts?.binning || !counts.bins) return null
  const { from, to } = counts.binning
  return { from: shown(kind, from), to: shown(kind, to), counts: counts.bins }
}

const mapThree = (
  [one, two, three]: [number, number, number],
  show: (value: number) => Value,
): [Value, Value, Value] => [show(one), show(two), show(three)]

/** A number of the axis as the column writes its cells: dates as dates. */
function shown({ type }: ColumnKind, value: number | string | null): Value {
  if (typeof value !== 'number' || (type !== 'date' && type !== 'timestamp')) return value
  const moment = new Date(Math.round(value * 1000))
  if (Number.isNaN(moment.getTime())) return null
  const iso = moment.toISOString()
  return type === 'date' ? iso.slice(0, iso.indexOf('T')) : iso.replace('T', ' ').replace(/(\.000)?Z$/, '')
}
