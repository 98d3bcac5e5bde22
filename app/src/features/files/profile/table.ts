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

/** Profiles all columns of one source, in two readings of it; a third where the sample misled. */
export async function profileTable(
  connection: DuckDBConnection,
  options: TableOptions,
): Promise<TableProfile> {
  const { source, from, rowsExpected, onProgress } = options
  const width = options.plans.length
  const pass = (plans: ColumnPlan[], duplicates: boolean, progress: (share: number) => void) =>
    measureSpread(connection, {
      source,
      width,
      from,
      duplicates,
      rowsExpected,
      plans: plans.filter(({ grouped }) => !grouped),
      onProgress: progress,
    })

  const first = await pass(options.plans, options.duplicates, (share) => onProgress(share * 0.55))
  const spreads = first.columns
  let plans = options.plans.map((plan) => {
    const spread = spreads.get(plan.index)
    return spread && isMisjudged(plan, spread) ? asText(plan) : plan
  })
  const changed = plans.filter((plan, at) => plan !== options.plans[at])
  if (changed.length > 0) {
    const again = await pass(changed, false, () => {})
    for (const [index, spread] of again.columns) spreads.set(index, spread)
  }

  const counting = (some: ColumnPlan[], progress: (share: number) => void) =>
    countValues(connection, { source, from, spreads, plans: some, onProgress: progress })
  const counts = await counting(plans, (share) => onProgress(0.55 + share * 0.45))
  const misjudged = plans.filter((plan) => {
    const spread = counts.get(plan.index)?.spread
    return spread && isMisjudged(plan, spread)
  })
  if (misjudged.length > 0) {
    const texts = misjudged.map(asText)
    for (const [index, count] of await counting(texts, () => {})) counts.set(index, count)
    plans = plans.map((plan) => texts.find(({ index }) => index === plan.index) ?? plan)
  }
  onProgress(1)
  return {
    rows: first.rows,
    duplicates: first.duplicates ?? 0,
    columns: plans.map((plan) => {
      const found = counts.get(plan.index)
      return columnProfile(plan, first.rows, found?.spread ?? spreads.get(plan.index) ?? nothing, found)
    }),
  }
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
