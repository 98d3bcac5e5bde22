import type { Contender } from './contender.ts'
import { startWorkerProcess } from './worker-process.ts'

/** Milliseconds from the call that enqueues to the first line of the handler, the worker idle before. */
export interface Latency {
  p50: number
  p99: number
}

/** Where caller and worker are one process. */
export async function latencyWithin(contender: Contender, url: string, count: number): Promise<Latency> {
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
export async function latencyAcross(contender: Contender, url: string, count: number): Promise<Latency> {
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
