/*
 * Pass 2 over a file: how often each value occurs, in columns of few values; of the others the bins of the
 * histogram, and the values that the sample found frequent. All are sets of one grouping, so one reading
 * serves many columns.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Binning, binningOf, binSql } from './binning.ts'
import type { ColumnPlan } from './column-plan.ts'
import { countedSpreads } from './counted-spread.ts'
import { literal, query } from './duck.ts'
import { type ColumnSpread, finite, longestText, textOf } from './spread.ts'

export interface ColumnCounts {
  /** Of columns of few values: as a spread, exact. */
  spread: ColumnSpread | null
  top: { value: string; count: number }[]
  /** Cells in each bin; null without an axis. */
  binning: Binning | null
  bins: number[] | null
}

export interface CountsOptions {
  source: string
  /** Plans of any kind; a plan's column is `c{index - from}`. */
  plans: ColumnPlan[]
  from: number
  rows: number
  /** The spreads of those that are not `grouped`. */
  spreads: Map<number, ColumnSpread>
  onProgress: (share: number) => void
}

const topValues = 10

/** PostgreSQL's and DuckDB's GROUPING takes few arguments more. */
const setsAtOnce = 30

/** So few cells are counted one below the other, all columns at once: a grouping set costs a millisecond before its first row. */
const fewCells = 200_000

/** One set of the grouping: what is counted, for which column. */
interface CountedSet {
  plan: ColumnPlan
  what: 'values' | 'frequent' | 'bins'
  expression: string
  binning?: Binning
}

export async function countValues(
  connection: DuckDBConnection,
  options: CountsOptions,
): Promise<Map<number, ColumnCounts>> {
  const sets = options.plans.flatMap((plan) => setsOf(plan, options))
  const result = new Map<number, ColumnCounts>(
    options.plans.map((plan) => [plan.index, { spread: null, top: [], binning: null, bins: null }]),
  )
  const few = options.rows * sets.length <= fewCells
  const atOnce = few ? sets.length : setsAtOnce
  for (let at = 0; at < sets.length; at += atOnce) {
    const some = sets.slice(at, at + atOnce)
    const onProgress = (share: number) => options.onProgress((at + share * some.length) / sets.length)
    await connection.run('drop table if exists counted')
    await query(connection, (few ? stacked : grouped)(options.source, some), onProgress)
    await readTop(connection, some, result)
    for (const [index, spread] of await countedSpreads(connection, valuesOf(some))) {
      const counts = result.get(index)
      if (counts) counts.spread = spread
    }
    await readBins(connection, some, result)
  }
  return result
}

const valuesOf = (sets: CountedSet[]) =>
  sets.flatMap(({ what, plan }, set) => (what === 'values' ? [{ plan, set }] : []))

function setsOf(plan: ColumnPlan, { from, spreads }: CountsOptions): CountedSet[] {
  const cell = `c${plan.index - from}`
  if (plan.grouped) return [{ plan, what: 'values', expression: cell }]
  const sets: CountedSet[] = []
  if (plan.frequent.length > 0) {
    const list = plan.frequent.map(literal).join(', ')
    sets.push({ plan, what: 'frequent', expression: `case when ${cell} in (${list}) then ${cell} end` })
  }
  const spread = spreads.get(plan.index)
  const binning = plan.kind.axis && spread ? binningOf(plan, spread) : null
  if (plan.kind.axis && binning) {
    const axis = finite(plan.kind.axis(cell))
    sets.push({ plan, what: 'bins', expression: binSql(axis, binning), binning })
  }
  return sets
}

const evaluated = (source: string, sets: CountedSet[]) =>
  `(select ${sets.map(({ expression }, index) => `${expression} as s${index}`).join(', ')} from ${source})`

/** Counts each set as a grouping set of one reading, whatever the number of rows. */
function grouped(source: string, sets: CountedSet[]): string {
  const names = sets.map((_, index) => `s${index}`)
  const last = sets.length - 1
  // Of GROUPING's bits only that of the set's own column is 0.
  const which = names.map((_, index) => `when ${2 ** sets.length - 1 - 2 ** (last - index)} then ${index}`)
  const values = names.filter((_, index) => sets[index]?.what !== 'bins')
  const bins = names.filter((_, index) => sets[index]?.what === 'bins')
  return `create temp table counted as
    select case grouping(${names}) ${which.join(' ')} end as s, coalesce(${[...values, 'null::varchar'].join(', ')}) as v,
      coalesce(${[...bins, 'null::integer'].join(', ')}) as b, count(*) as n
    from ${evaluated(source, sets)}
    group by grouping sets (${names.map((name) => `(${name})`).join(', ')})`
}

/** Counts each set from a row of its own for each cell. */
function stacked(source: string, sets: CountedSet[]): string {
  const cells = sets.map(({ what }, index) =>
    what === 'bins'
      ? `{s: ${index}, v: null::varchar, b: s${index}::integer}`
      : `{s: ${index}, v: s${index}, b: null::integer}`,
  )
  return `create temp table counted as
    select s, v, b, count(*) as n from (select unnest([${cells.join(', ')}], recursive := true) from ${evaluated(source, sets)})
    group by all`
}

async function readTop(
  connection: DuckDBConnection,
  sets: CountedSet[],
  result: Map<number, ColumnCounts>,
): Promise<void> {
  const rows = await query(
    connection,
    `select s::double as s, left(v, ${longestText}) as v, n::double as n from counted where v is not null
     qualify row_number() over (partition by s order by n desc, v) <= ${topValues} order by n desc, v`,
  )
  for (const { s, v, n } of rows) {
    const set = sets[Number(s)]
    if (!set || set.what === 'bins') continue
    result.get(set.plan.index)?.top.push({ value: textOf(v) ?? '', count: Number(n) })
  }
}

/** Bins were counted as such, or are reckoned from the values' counts. */
async function readBins(
  connection: DuckDBConnection,
  sets: CountedSet[],
  result: Map<number, ColumnCounts>,
): Promise<void> {
  const cases: string[] = []
  for (const [index, { plan, what, binning }] of sets.entries()) {
    const counts = result.get(plan.index)
    if (!counts || what === 'frequent') continue
    const spread = what === 'values' && plan.kind.axis ? counts.spread : null
    counts.binning ??= binning ?? (spread && binningOf(plan, spread))
    if (!counts.binning) continue
    counts.bins = Array<number>(counts.binning.count).fill(0)
    const bin = plan.kind.axis && spread ? binSql(finite(plan.kind.axis('v')), counts.binning) : 'b'
    cases.push(`when ${index} then ${bin}`)
  }
  if (cases.length === 0) return
  const rows = await query(
    connection,
    `select s::double as s, (case s ${cases.join(' ')} end)::double as bin, sum(n)::double as n
     from counted where coalesce(v, b::varchar) is not null group by all having bin is not null`,
  )
  for (const { s, bin, n } of rows) {
    const set = sets[Number(s)]
    const counts = set && result.get(set.plan.index)?.bins
    const place = Math.max(0, Math.min((counts?.length ?? 1) - 1, Number(bin)))
    if (counts) counts[place] = (counts[place] ?? 0) + Number(n)
  }
}
