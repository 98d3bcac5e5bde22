import type { Contender } from './contender.ts'

/** One line of the table: a measure, with the median of each contender's rounds. */
export interface Row {
  what: string
  unit: 'jobs/s' | 'ms'
  medians: Map<Contender, number>
}

/** A row for each figure that a measure gives. `found` has, of each contender, the figures of each round. */
export function rowsOf(whats: string[], unit: Row['unit'], found: Map<Contender, number[][]>): Row[] {
  return whats.map((what, index) => ({
    what,
    unit,
    medians: new Map(
      [...found].map(([contender, rounds]) => [contender, median(rounds.map((round) => round[index] ?? 0))]),
    ),
  }))
}

/** All rows, with the ratio of ours to each peer: above 1 is better, also where less is better. */
export function table(rows: Row[], [ours, ...peers]: readonly [Contender, ...Contender[]]): string {
  const head = ['', ours.name, ...peers.flatMap((peer) => [peer.name, 'ratio'])]
  const body = rows.map(({ what, unit, medians }) => {
    const own = medians.get(ours) ?? 0
    const beside = peers.flatMap((peer) => {
      const other = medians.get(peer)
      if (other === undefined) return ['', '']
      return [shown(other, unit), (unit === 'ms' ? other / own : own / other).toFixed(2)]
    })
    return [`${what} (${unit})`, shown(own, unit), ...beside]
  })
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '--:'))), ...body.map(line)].join(
    '\n',
  )
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

function shown(value: number, unit: Row['unit']): string {
  return unit === 'ms' ? value.toFixed(2) : Math.round(value).toLocaleString('en')
}
