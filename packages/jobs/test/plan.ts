import type pg from 'pg'

/** A node of a plan that read a table. */
export interface Scan {
  'Node Type': string
  'Relation Name': string
  /** With those that its filter dropped. */
  seen: number
}

/** What a statement reads, and how many rows of it. Runs it. */
export async function scansOf(client: pg.ClientBase, text: string, values: unknown[]): Promise<Scan[]> {
  const { rows } = await client.query(`explain (analyze, timing off, format json) ${text}`, values)
  return nodesOf(rows[0]['QUERY PLAN'][0].Plan).flatMap((node) => {
    const { 'Relation Name': table, 'Node Type': type } = node
    const seen = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
    return table ? { 'Node Type': type, 'Relation Name': table, seen } : []
  })
}

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  Plans?: PlanNode[]
}

const nodesOf = (plan: PlanNode): PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]
