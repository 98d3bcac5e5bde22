import { JobManager } from '@factotum/jobs'
import { runAlone } from './alone.ts'
import { factotum } from './factotum.ts'
import { emptied, fill } from './fill.ts'
import { assertOnce } from './once.ts'
import type { Program, Stage } from './program.ts'
import { bound, type Findings, median, ratio } from './report.ts'
import { type Order, type Ran, startWorkerProcess } from './worker-process.ts'

const queue = 'default'
const longJob = { jobMs: 1000, concurrency: 4 }
/** Times that all places are filled, so that a wrong share of jobs shows. */
const turns = 4
/** A place may stand free so long, in ms: what is claimed ahead and not begun is handed back after 100. */
const longestIdle = 250

export const tenProcesses: Program = {
  name: 'ten-processes',
  counted:
    'jobs a second that the worker processes complete together, from the resuming of a filled queue until none is left, no job run twice; and with jobs of 1 s, 4 at a time in each process, how long a place stood free at most while jobs waited',
  async measure(stage) {
    const { processes, rounds } = stage.flags
    const rates = new Map<number, number[]>([
      [1, []],
      [processes, []],
    ])
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? [1, processes] : [processes, 1]
      for (const count of order) {
        const rate = await rateOf(stage, count)
        rates.get(count)?.push(rate)
        stage.say(`ten-processes, ${count}: ${Math.round(rate)}`)
      }
    }
    const one = median(rates.get(1) ?? [])
    const all = median(rates.get(processes) ?? [])
    const idle = await longestFree(stage, processes)
    const own = (value: number) => new Map([[factotum.name, value]])
    const findings: Findings = {
      rows: [
        { what: 'drain, 1 process', unit: 'jobs/s', medians: own(one) },
        { what: `drain, ${processes} processes`, unit: 'jobs/s', medians: own(all) },
        { what: 'jobs of 1 s: a place free while jobs waited', unit: 'ms', medians: own(idle) },
      ],
      verdicts: [
        ratio(4, `drain, ${processes} processes, none run twice`, all / one, 0.95, 'one process'),
        bound(4, 'jobs of 1 s: a place free while jobs waited, at most', idle, longestIdle, 'ms'),
      ],
    }
    return findings
  },
}

async function rateOf({ postgres, flags }: Stage, processes: number): Promise<number> {
  return postgres.withEmpty(async (url) => {
    const count = flags.shared
    let seconds = 0
    const ran = await together(url, processes, count, {}, (took) => {
      seconds = took
    })
    assertOnce(
      factotum.name,
      ran.flatMap(({ numbers }) => numbers),
      count,
    )
    return count / seconds
  })
}

async function longestFree({ postgres }: Stage, processes: number): Promise<number> {
  return postgres.withEmpty(async (url) => {
    const count = processes * longJob.concurrency * turns
    const ran = await together(url, processes, count, longJob, () => {})
    assertOnce(
      factotum.name,
      ran.flatMap(({ numbers }) => numbers),
      count,
    )
    return freeAtMost(ran, longJob.concurrency)
  })
}

/** Workers on a filled queue that is resumed when all are up; answers what each of them ran. */
async function together(
  url: string,
  processes: number,
  count: number,
  order: Order,
  took: (seconds: number) => void,
): Promise<Ran[]> {
  const caller = await factotum.open(url)
  const jobs = new JobManager({ connectionString: url })
  const workers = await Promise.all(
    Array.from({ length: processes }, () => startWorkerProcess(factotum, url, order)),
  )
  try {
    await jobs.pause(queue)
    await fill(caller, count)
    await Promise.all(workers.map((worker) => worker.begin()))
    const start = performance.now()
    await jobs.resume(queue)
    await emptied(caller)
    took((performance.now() - start) / 1000)
    return await Promise.all(workers.map((worker) => worker.stop()))
  } finally {
    for (const worker of workers) worker.kill()
    await jobs.close()
    await caller.close()
  }
}

/** The longest that a process had a free place before the last job of all began, in ms. */
function freeAtMost(ran: readonly Ran[], places: number): number {
  const begins = ran.flatMap(({ spans }) => spans.map(([began]) => began))
  const first = begins.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const last = begins.reduce((a, b) => Math.max(a, b), 0)
  let longest = 0
  for (const { spans } of ran) {
    // As places go: each job takes the one that has been free for longest.
    const freeSince = Array.from({ length: places }, () => first)
    for (const [began, ended] of [...spans].sort((a, b) => a[0] - b[0])) {
      const place = freeSince.indexOf(Math.min(...freeSince))
      longest = Math.max(longest, began - (freeSince[place] ?? began))
      freeSince[place] = ended
    }
    for (const since of freeSince) longest = Math.max(longest, last - since)
  }
  return longest
}

await runAlone(import.meta.url, tenProcesses)
