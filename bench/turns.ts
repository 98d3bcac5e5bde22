import type { Contender } from './contender.ts'
import type { Stage } from './program.ts'
import { median } from './report.ts'

/** Each contender's figures of each round; who goes first alternates, as a machine warms up or tires. */
export async function takeTurns(
  { withEmpty, say }: Stage,
  what: string,
  those: readonly Contender[],
  rounds: number,
  measure: (contender: Contender, url: string) => Promise<number[]>,
): Promise<Map<string, number[]>> {
  const found = new Map<string, number[][]>(those.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? those : [...those].reverse()
    for (const contender of order) {
      const figures = await withEmpty(contender, (url) => measure(contender, url))
      found.get(contender.name)?.push(figures)
      const shown = figures.map((figure) => figure.toPrecision(4)).join(' / ')
      say(`${what}, round ${round + 1}, ${contender.name}: ${shown}`)
    }
  }
  return new Map([...found].map(([name, figures]) => [name, medians(figures)]))
}

/** The median of each column. */
function medians(rounds: readonly number[][]): number[] {
  const columns = rounds[0]?.length ?? 0
  return Array.from({ length: columns }, (_, column) =>
    median(rounds.map((figures) => figures[column] ?? Number.NaN)),
  )
}
