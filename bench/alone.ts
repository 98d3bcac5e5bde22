import { cpus, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Contender } from './contender.ts'
import { contenders, peers } from './contenders.ts'
import { emptied } from './fill.ts'
import { type Flags, readFlags, usage } from './flags.ts'
import { openPostgres } from './postgres.ts'
import type { Program, Stage } from './program.ts'
import { openRedis } from './redis.ts'
import { type Findings, rowsTable, verdictsTable } from './report.ts'
import type { Store } from './store.ts'

/** Measures, where the module at `url` is the program that was started. */
export async function runAlone(url: string, program: Program): Promise<void> {
  if (process.argv[1] === fileURLToPath(url)) await runAll([program])
}

/** Reads the flags, and measures with all programs in turn on the same servers; prints what came of it. */
export async function runAll(programs: readonly Program[]): Promise<void> {
  const flags = readFlags(process.argv.slice(2))
  if (flags.help) return console.log(usage)
  const chosen = programs.filter(({ name }) => flags.only?.some((part) => name.startsWith(part)) ?? true)
  if (chosen.length === 0) {
    throw new Error(`--only takes some of ${programs.map(({ name }) => name).join(', ')}.`)
  }
  const wanted = contenders.filter((one) => !peers.includes(one) || isWanted(one, flags))
  const postgres = await openPostgres(flags.database)
  try {
    console.log(machine())
    console.log(await postgres.describe())
    const redis = wanted.some(({ store }) => store === 'redis') ? await openRedis().catch(skipped) : null
    try {
      if (redis) console.log(await redis.describe())
      await measureAll(chosen, await stageOf(flags, wanted, postgres, redis))
    } finally {
      await redis?.stop()
    }
  } finally {
    await postgres.stop()
  }
}

async function measureAll(programs: readonly Program[], stage: Stage): Promise<void> {
  for (const { name, version, settings } of stage.contenders) console.log(`${name} ${version}: ${settings}`)
  console.log('')
  for (const { name, counted } of programs) console.log(`Counted in ${name}: ${counted}.`)
  console.log(`Medians of ${stage.flags.rounds} rounds (latency: ${stage.flags.latencyRounds}).\n`)
  const all: Findings = { rows: [], verdicts: [] }
  for (const program of programs) {
    const { rows, verdicts } = await program.measure(stage)
    all.rows.push(...rows)
    all.verdicts.push(...verdicts)
    // Each at once: a long run that is cut off has told what it found.
    console.log(`${rowsTable(rows, stage.contenders)}\n`)
  }
  console.log(verdictsTable(all.verdicts))
}

/** With those contenders that are installed and can be started here; the others are named. */
async function stageOf(
  flags: Flags,
  wanted: readonly Contender[],
  postgres: Store,
  redis: Store | null,
): Promise<Stage> {
  const storeOf = ({ name, store }: Contender): Store => {
    if (store === 'postgres') return postgres
    if (redis) return redis
    throw new Error(`${name} needs Redis, which did not start`)
  }
  const there: Contender[] = []
  for (const contender of wanted) {
    try {
      await storeOf(contender).withEmpty((url) => tryOut(contender, url))
      there.push(contender)
    } catch (error) {
      if (!peers.includes(contender)) throw error
      skipped(error, contender.name)
    }
  }
  return {
    flags,
    postgres,
    contenders: there,
    withEmpty: (contender, work) => storeOf(contender).withEmpty(work),
    say: (line) => void process.stderr.write(`${line}\n`),
  }
}

/** One job, enqueued and run. */
async function tryOut(contender: Contender, url: string): Promise<void> {
  const caller = await contender.open(url)
  try {
    await caller.addOne(1)
    let onStart = () => {}
    const ran = new Promise<void>((resolve) => {
      onStart = resolve
    })
    const working = await contender.work(url, () => onStart())
    try {
      await Promise.race([ran, late(20_000)])
      await emptied(caller)
    } finally {
      await working.stop()
    }
  } finally {
    await caller.close()
  }
}

function late(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`a job did not run within ${ms} ms`)), ms).unref()
  })
}

function isWanted({ name }: Contender, { peers: parts }: Flags): boolean {
  return parts === null || parts.some((part) => name.includes(part))
}

function skipped(error: unknown, name = 'Redis'): null {
  console.log(`Skipped: ${name}: ${error instanceof Error ? error.message : String(error)}`)
  return null
}

function machine(): string {
  const processor = cpus()
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0)
  return `Machine: ${processor.length} × ${processor[0]?.model.trim()}, ${gigabytes} GB, ${process.platform} ${release()}, Node.js ${process.version}`
}
