import type { Contender } from './contender.ts'
import { peers } from './contenders.ts'
import { factotum } from './factotum.ts'
import type { Program, Stage } from './program.ts'
import { raw } from './raw.ts'
import { type Findings, ratio, type Verdict } from './report.ts'
import { takeTurns } from './turns.ts'

const ofRaw = 0.85

/** A rate of goal 1, for each count of jobs: ours beside every peer and beside raw SQL. */
export function againstPeers(about: {
  name: string
  counted: string
  /** How many times the best durable peer's it is to be. */
  ofPeer: number
  counts(stage: Stage): number[]
  rate(contender: Contender, url: string, count: number): Promise<number>
}): Program {
  const { name, counted, ofPeer, counts, rate } = about
  return {
    name,
    counted,
    async measure(stage) {
      const all: Findings = { rows: [], verdicts: [] }
      for (const count of counts(stage)) {
        const what = `${name}, ${count.toLocaleString('en')} jobs`
        const found = await takeTurns(
          stage,
          what,
          stage.contenders,
          stage.flags.rounds,
          async (contender, url) => [await rate(contender, url, count)],
        )
        const medians = new Map([...found].map(([contender, [value = Number.NaN]]) => [contender, value]))
        all.rows.push({ what, unit: 'jobs/s', medians })
        all.verdicts.push(...verdicts(what, medians, ofPeer))
      }
      return all
    },
  }
}

function verdicts(what: string, medians: ReadonlyMap<string, number>, ofPeer: number): Verdict[] {
  const own = medians.get(factotum.name) ?? Number.NaN
  const [best] = peers
    .flatMap(({ name }) => ({ name, value: medians.get(name) ?? 0 }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
  const beside = medians.get(raw.name)
  return [
    ...(best ? [ratio(1, what, own / best.value, ofPeer, `the best durable peer (${best.name})`)] : []),
    ...(beside ? [ratio(1, what, own / beside, ofRaw, 'raw SQL on the same tables')] : []),
  ]
}
