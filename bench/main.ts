// `npm run bench`: this engine beside its peers, on one machine in one run. What counts are the ratios.
import { cpus, release, totalmem } from 'node:os'
import { bulk } from './bulk.ts'
import type { Contender } from './contender.ts'
import { contenders } from './contenders.ts'
import { type Bench, openBench } from './database.ts'
import { drain } from './drain.ts'
import { type Flags, readFlags, usage } from './flags.ts'
import { latencyAcross, latencyWithin } from './latency.ts'
import { single } from './single.ts'
import { type Row, rowsOf, table } from './table.ts'

const flags = readFlags(process.argv.slice(2))
if (flags.help) console.log(usage)
else await main(flags)

async function main(flags: Flags): Promise<void> {
  const bench = await openBench(flags.database)
  try {
    const processor = cpus()
    const gigabytes = (totalmem() / 2 ** 30).toFixed(0)
    console.log(
      `Machine: ${processor.length} × ${processor[0]?.model.trim()}, ${gigabytes} GB, ${process.platform} ${release()}, Node.js ${process.version}`,
    )
    console.log(await bench.describe())
    for (const { name, settings } of contenders) console.log(`${name}: ${settings}`)
    console.log(
      'Counted: jobs with one number as argument and no work to do, their completion included in drain. ' +
        `Medians of ${flags.rounds} rounds (latency: ${flags.latencyRounds}), each on an empty database. ` +
        'Ratios above 1 mean that ours is better.\n',
    )
    console.log(table(await measureAll(bench, flags), contenders))
  } finally {
    await bench.stop()
  }
}

async function measureAll(bench: Bench, flags: Flags): Promise<Row[]> {
  const { only, counts, rounds, latencyRounds, samples } = flags
  const rows: Row[] = []
  const rate = async (
    what: string,
    count: number,
    measure: (c: Contender, url: string, n: number) => Promise<number>,
  ) => {
    const found = await takeTurns(bench, contenders, rounds, async (contender, url) => [
      await measure(contender, url, count),
    ])
    rows.push(...rowsOf([`${what}, ${count.toLocaleString('en')} jobs`], 'jobs/s', found))
  }
  const latency = async (what: string, measure: typeof latencyWithin) => {
    const waking = contenders.filter((contender) => contender.wakes)
    const found = await takeTurns(bench, waking, latencyRounds, async (contender, url) => {
      const { p50, p99 } = await measure(contender, url, samples)
      return [p50, p99]
    })
    rows.push(...rowsOf([`${what}, p50`, `${what}, p99`], 'ms', found))
  }
  if (only.includes('bulk'))
    for (const count of counts) await rate('bulk enqueue, 2 callers × 1,000', count, bulk)
  if (only.includes('single')) await rate('single enqueue, 50 in flight', flags.single, single)
  if (only.includes('drain'))
    for (const count of counts) await rate('drain, one worker process', count, drain)
  if (only.includes('latency')) {
    await latency('enqueue to start, one process', latencyWithin)
    await latency('enqueue to start, two processes', latencyAcross)
  }
  return rows
}

/** Each contender's figures of each round; who goes first alternates, as a machine warms up or tires. */
async function takeTurns(
  bench: Bench,
  those: readonly Contender[],
  rounds: number,
  measure: (contender: Contender, url: string) => Promise<number[]>,
): Promise<Map<Contender, number[][]>> {
  const found = new Map<Contender, number[][]>(those.map((contender) => [contender, []]))
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? those : [...those].reverse()
    for (const contender of order) {
      const figures = await bench.withDatabase((url) => measure(contender, url))
      found.get(contender)?.push(figures)
      process.stderr.write(
        `${contender.name}: ${figures.map((figure) => figure.toPrecision(4)).join(' / ')}\n`,
      )
    }
  }
  return found
}
