import { runAlone } from './alone.ts'
import type { Contender } from './contender.ts'
import { peers } from './contenders.ts'
import { factotum } from './factotum.ts'
import type { Program } from './program.ts'
import type { Findings, Verdict } from './report.ts'
import { takeTurns } from './turns.ts'
import { startWorkerProcess } from './worker-process.ts'

export const latency: Program = {
  name: 'latency',
  counted:
    'milliseconds from the call that enqueues to the first line of the handler, one job at a time, 5 to 20 ms apart, the worker idle before; a contender that polls gets a tenth of the samples',
  async measure(stage) {
    const { latencyRounds, samples } = stage.flags
    const hearing = stage.contenders.filter(({ hears }) => hears !== 'never')
    const all: Findings = { rows: [], verdicts: [] }
    for (const [where, once] of [
      ['one process', within],
      ['two processes', across],
    ] as const) {
      const what = `enqueue to start, ${where}`
      const found = await takeTurns(stage, what, hearing, latencyRounds, async (contender, url) => {
        const count = contender.hears === 'polls' ? Math.ceil(samples / 10) : samples
        const { p50, p99 } = await once(contender, url, count)
        return [p50, p99]
      })
      const column = (index: number) =>
        new Map([...found].map(([name, figures]) => [name, figures[index] ?? Number.NaN]))
      all.rows.push({ what: `${what}, p50`, unit: 'ms', medians: column(0) })
      all.rows.push({ what: `${what}, p99`, unit: 'ms', medians: column(1) })
      all.verdicts.push(...verdict(`${what}, median of ${latencyRounds} runs' p50`, column(0)))
    }
    return all
  },
}

function verdict(what: string, medians: ReadonlyMap<string, number>): Verdict[] {
  const own = medians.get(factotum.name) ?? Number.NaN
  const [best] = peers
    .flatMap(({ name }) => ({ name, value: medians.get(name) ?? Number.POSITIVE_INFINITY }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => a.value - b.value)
  if (!best) return []
  const wanted = `< ${best.value.toFixed(2)} ms (${best.name})`
  return [{ goal: 2, what, wanted, found: `${own.toFixed(2)} ms`, reached: own < best.value }]
}

interface Latency {
  p50: number
  p99: number
}

/** Where caller and worker are one process. */
async function within(contender: Contender, url: string, count: number): Promise<Latency> {
  const caller = await contender.open(url)
  let startedAt: (at: bigint) => void = () => {}
  const working = await contender.work(url, () => startedAt(process.hrtime.bigint()))
  try {
    return await sample(count, async (n) => {
      const start = new Promise<bigint>((resolve) => {
        startedAt = resolve
      })
      const called = process.hrtime.bigint()
      await caller.addOne(n)
      return (await start) - called
    })
  } finally {
    await working.stop()
    await caller.close()
  }
}

/** Where the worker is a process of its own. */
async function across(contender: Contender, url: string, count: number): Promise<Latency> {
  const caller = await contender.open(url)
  const worker = await startWorkerProcess(contender, url)
  let runs = 0
  try {
    await worker.begin()
    return await sample(count, async (n) => {
      const called = process.hrtime.bigint()
      await caller.addOne(n)
      return (await worker.started(++runs)) - called
    })
  } finally {
    worker.kill()
    await caller.close()
  }
}

async function sample(count: number, once: (n: number) => Promise<bigint>): Promise<Latency> {
  const warmUp = Math.ceil(count / 10)
  const times: number[] = []
  for (let n = 0; n < count + warmUp; n++) {
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 15))
    const nanoseconds = await once(n)
    if (n >= warmUp) times.push(Number(nanoseconds) / 1e6)
  }
  times.sort((a, b) => a - b)
  return { p50: times[Math.floor(count * 0.5)] ?? 0, p99: times[Math.floor(count * 0.99)] ?? 0 }
}

await runAlone(import.meta.url, latency)
