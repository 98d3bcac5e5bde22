// `npm run bench`: this engine beside its peers, on one machine in one run. What counts are the ratios.
import { cpus, release, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { bulk } from './bulk.ts'
import type { Contender } from './contender.ts'
import { contenders } from './contenders.ts'
import { type Bench, openBench } from './database.ts'
import { drain } from './drain.ts'
import { latencyAcross, latencyWithin } from './latency.ts'
import { single } from './single.ts'
import { type Row, rowsOf, table } from './table.ts'

const usage = `npm run bench -- [options]
  --counts 20000,200000  jobs in bulk and drain, one row for each
  --single 20000         jobs enqueued one by one
  --samples 300          jobs in each run of latency
  --rounds 3             rounds of which the median counts; engines take turns, the first to go alternates
  --latency-rounds 5
  --only bulk,drain      some of: bulk, single, drain, latency
  --database URL         a server to use instead of a fresh one`

const { values: flags } = parseArgs({
  options: {
    counts: { type: 'string', default: '20000,200000' },
    single: { type: 'string', default: '20000' },
    samples: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
    'latency-rounds': { type: 'string', default: '5' },
    only: { type: 'string', default: 'bulk,single,drain,latency' },
    database: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (flags.help) console.log(usage)
else await main()

async function main(): Promise<void> {
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
      `Counted: jobs with one number as argument and no work to do; medians of ${flags.rounds} rounds (latency: ${flags['latency-rounds']}), an empty database for each.\n`,
    )
    console.log(table(await measureAll(bench), contenders))
  } finally {
    await bench.stop()
  }
}

async function measureAll(bench: Bench): Promise<Row[]> {
  const wanted = flags.only.split(',')
  const rounds = Number(flags.rounds)
  const rows: Row[] = []
  const rate = async (
    what: string,
    count: number,
    measure: (c: Contender, url: string, n: number) => Promise<number>,
  ) => {
    const found = await takeTurns(bench, rounds, async (contender, url) => [
      await measure(contender, url, count),
    ])
    rows.push(...rowsOf([`${what}, ${count.toLocaleString('en')} jobs`], 'jobs/s', found))
  }
  const latency = async (what: string, measure: typeof latencyWithin) => {
    const found = await takeTurns(bench, Number(flags['latency-rounds']), async (contender, url) => {
      const { p50, p99 } = await measure(contender, url, Number(flags.samples))
      return [p50, p99]
    })
    rows.push(...rowsOf([`${what}, p50`, `${what}, p99`], 'ms', found))
  }
  const counts = flags.counts.split(',').map(Number)
  if (wanted.includes('bulk'))
    for (const count of counts) await rate('bulk enqueue, 2 callers × 1,000', count, bulk)
  if (wanted.includes('single')) await rate('single enqueue, 50 in flight', Number(flags.single), single)
  if (wanted.includes('drain'))
    for (const count of counts) await rate('drain, one worker process', count, drain)
  if (wanted.includes('latency')) {
    await latency('enqueue to start, one process', latencyWithin)
    await latency('enqueue to start, two processes', latencyAcross)
  }
  return rows
}

/** Each contender's figures of each round; who goes first alternates, as a machine warms up or tires. */
async function takeTurns(
  bench: Bench,
  rounds: number,
  measure: (contender: Contender, url: string) => Promise<number[]>,
): Promise<Map<Contender, number[][]>> {
  const found = new Map<Contender, number[][]>(contenders.map((contender) => [contender, []]))
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? contenders : [...contenders].reverse()
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
