import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnPlan } from './column-plan.ts'
import { asText, columnProfile, isMisjudged } from './column-profile.ts'
import { countValues } from './counts.ts'
import type { ColumnProfile } from './report.ts'
import { type ColumnSpread, measureSpread } from './spread.ts'

export interface TableOptions {
  /** SQL that reads it; its columns are `c0` … */
  source: string
  plans: ColumnPlan[]
  /** The place of `c0` in the whole table. */
  from: number
  duplicates: boolean
  /** About how many. */
  rowsExpected: number
  onProgress: (share: number) => void
}

export interface TableProfile {
  rows: number
  duplicates: number
  columns: ColumnProfile[]
}

/** Profiles all columns of one source, in two readings of it; more where the sample misled. */
export async function profileTable(
  connection: DuckDBConnection,
  options: TableOptions,
): Promise<TableProfile> {
  const { source, from, onProgress } = options
  const { rows, duplicates, spreads, plans } = await spread(connection, options, (share) =>
    onProgress(share * 0.55),
  )
  const counting = (some: ColumnPlan[], progress: (share: number) => void) =>
    countValues(connection, { source, from, rows, spreads, plans: some, onProgress: progress })
  const counts = await counting(plans, (share) => onProgress(0.55 + share * 0.45))
  const final = retried(plans, (plan) => counts.get(plan.index)?.spread)
  if (final.texts.length > 0) {
    for (const [index, count] of await counting(final.texts, () => {})) counts.set(index, count)
  }
  onProgress(1)
  return {
    rows,
    duplicates,
    columns: final.plans.map((plan) => {
      const found = counts.get(plan.index)
      return columnProfile(plan, rows, found?.spread ?? spreads.get(plan.index) ?? nothing, found)
    }),
  }
}

/** The first reading: of the columns of many values, and of the rows. */
async function spread(
  connection: DuckDBConnection,
  options: TableOptions,
  onProgress: (share: number) => void,
) {
  const { source, from, rowsExpected } = options
  const whole = { source, from, rowsExpected, width: options.plans.length }
  const many = options.plans.filter(({ grouped }) => !grouped)
  const key = options.duplicates ? keyAmong(many) : null
  const first = await measureSpread(connection, {
    ...whole,
    key,
    plans: many,
    duplicates: options.duplicates && !key,
    onProgress,
  })
  const { rows, columns: spreads } = first
  const { plans, texts } = retried(options.plans, (plan) => spreads.get(plan.index))
  const again = { ...whole, key: null, onProgress() {} }
  if (texts.length > 0) {
    const asTexts = await measureSpread(connection, { ...again, plans: texts, duplicates: false })
    for (const [index, spread] of asTexts.columns) spreads.set(index, spread)
  }
  // Where all keys differ, no rows are equal. Where not, the rows are compared after all.
  const proven = key !== null && first.columns.get(key.index)?.distinct === rows
  const compared =
    key && !proven ? await measureSpread(connection, { ...again, plans: [], duplicates: true }) : first
  return { rows, duplicates: proven ? 0 : (compared.duplicates ?? 0), spreads, plans }
}

/** The column that most likely tells every row from every other, and is quick to compare. */
const keyAmong = (plans: ColumnPlan[]): ColumnPlan | null => {
  const keys = plans.filter(({ unique }) => unique)
  return keys.find(({ kind }) => kind.axis) ?? keys[0] ?? null
}

/** The plans with those made text that the sample misjudged, and these alone. */
function retried(plans: ColumnPlan[], spreadOf: (plan: ColumnPlan) => ColumnSpread | null | undefined) {
  const texts: ColumnPlan[] = []
  const all = plans.map((plan) => {
    const found = spreadOf(plan)
    if (!found || !isMisjudged(plan, found)) return plan
    const text = asText(plan)
    texts.push(text)
    return text
  })
  return { plans: all, texts }
}

/** A column of a table without rows. */
const nothing: ColumnSpread = {
  values: 0,
  fitting: 0,
  distinct: 0,
  exact: true,
  min: null,
  max: null,
  mean: null,
  quartiles: null,
  whole: false,
  misfit: null,
}
