import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnPlan } from './column-plan.ts'
import { query } from './duck.ts'
import { type ColumnSpread, finite, longestText, numberOf, quartilesOf, textOf } from './spread.ts'

/** A column all of whose values were counted, as the set of that number in the table `counted`. */
export interface CountedColumn {
  plan: ColumnPlan
  set: number
}

/** Figures of columns of few values, reckoned from their counts: exact. By the columns' index. */
export async function countedSpreads(
  connection: DuckDBConnection,
  columns: CountedColumn[],
): Promise<Map<number, ColumnSpread>> {
  const spreads = new Map<number, ColumnSpread>()
  if (columns.length === 0) return spreads
  const axes = columns.flatMap(({ plan, set }) =>
    plan.kind.axis ? [`when ${set} then ${finite(plan.kind.axis('v'))}`] : [],
  )
  const axis = axes.length > 0 ? `case s ${axes.join(' ')} end` : 'null::double'
  const rows = await query(
    connection,
    `with
       valued as (select s, v, n, ${axis} as x from counted where v is not null and s in (${columns.map(({ set }) => set)})),
       running as (
         select *, sum(n) over (partition by s, x is null order by x) as up_to, sum(n) filter (x is not null) over (partition by s) as fitting
         from valued),
       figured as (
         select s, count(*)::double as distinct_texts, count(distinct x)::double as distinct_numbers, sum(n)::double as values,
           coalesce(max(fitting), 0)::double as fitting, left(min(v), ${longestText}) as min_text, left(max(v), ${longestText}) as max_text,
           min(x) as min, max(x) as max, coalesce(${finite('sum(x * n) / max(fitting)')}, sum(x * (n / fitting))) as mean, bool_and(x = floor(x)) as whole,
           [min(x) filter (up_to >= 0.25 * fitting), min(x) filter (up_to >= 0.5 * fitting), min(x) filter (up_to >= 0.75 * fitting)] as quartiles,
           left(min(v) filter (x is null), ${longestText}) as misfit
         from running group by s)
     select * replace (s::double as s) from figured`,
  )
  for (const row of rows) {
    const plan = columns.find(({ set }) => set === Number(row.s))?.plan
    if (plan) spreads.set(plan.index, spreadOf(plan, row))
  }
  return spreads
}

function spreadOf({ kind }: ColumnPlan, row: Record<string, unknown>): ColumnSpread {
  const values = Number(row.values)
  const fitting = kind.axis ? Number(row.fitting) : values
  return {
    values,
    fitting,
    exact: true,
    distinct: Number(kind.axis && fitting === values ? row.distinct_numbers : row.distinct_texts),
    min: kind.axis ? numberOf(row.min) : textOf(row.min_text),
    max: kind.axis ? numberOf(row.max) : textOf(row.max_text),
    mean: kind.axis ? numberOf(row.mean) : null,
    quartiles: quartilesOf(row.quartiles),
    whole: row.whole === true,
    misfit: kind.axis ? textOf(row.misfit) : null,
  }
}
