import type { ColumnPlan } from './column-plan.ts'
import type { ColumnSpread } from './spread.ts'

/** The bins of a histogram: `count` of the same `width`, the first beginning at `from`. */
export interface Binning {
  from: number
  /** Where the last one ends. */
  to: number
  width: number
  count: number
}

const mostBins = 24

/**
 * Bins from the least to the greatest; null where nothing can be reckoned. Of whole numbers and of days each
 * bin has the same number, or the picture would show teeth that are not in the data.
 */
export function binningOf({ kind }: ColumnPlan, { min, max, whole }: ColumnSpread): Binning | null {
  if (typeof min !== 'number' || typeof max !== 'number') return null
  const unit = kind.type === 'date' ? 86_400 : kind.type === 'integer' && whole ? 1 : 0
  const steps = unit > 0 ? Math.floor((max - min) / unit) + 1 : 0
  if (unit > 0) {
    const each = Math.ceil(steps / mostBins)
    const count = Math.ceil(steps / each)
    return { from: min, to: min + each * unit * count, width: each * unit, count }
  }
  // Divided first: the difference of the two can be too large for a number.
  const width = max / mostBins - min / mostBins
  return { from: min, to: max, width, count: width > 0 ? mostBins : 1 }
}

/** SQL of the number of a value's bin, from 0; null where the value is. */
export function binSql(axis: string, { from, width, count }: Binning): string {
  if (!(width > 0)) return `case when ${axis} is not null then 0 end`
  return `least(${count - 1}, floor(${axis} / ${width}::double - ${from / width}::double))::int`
}
