import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'
import { runAlone } from './alone.ts'
import type { Contender } from './contender.ts'
import { factotum } from './factotum.ts'
import { emptied, fill } from './fill.ts'
import { assertOnce } from './once.ts'
import type { Program } from './program.ts'
import { raw } from './raw.ts'
import { takeTurns } from './turns.ts'
import { startWorkerProcess } from './worker-process.ts'

const parts = ['the worker process', "the database's processes that serve it"] as const

/** Where a drain's time goes. Processor time hardly depends on who else is at work on a machine, as a rate does. */
export const cost: Program = {
  name: 'cost',
  counted:
    'microseconds of processor time that a drained job takes, from the order to begin until none is left; on Linux only',
  async measure(stage) {
    const rows = []
    for (const count of stage.flags.jobs) {
      const what = `cost, ${count.toLocaleString('en')} jobs`
      const found = await takeTurns(stage, what, [factotum, raw], stage.flags.rounds, (contender, url) =>
        costs(contender, url, count),
      )
      for (const [index, part] of parts.entries()) {
        const medians = new Map([...found].map(([name, values]) => [name, values[index] ?? Number.NaN]))
        rows.push({ what: `${what}: ${part}`, unit: 'µs' as const, medians })
      }
    }
    return { rows, verdicts: [] }
  },
}

async function costs(contender: Contender, url: string, count: number): Promise<number[]> {
  const caller = await contender.open(url)
  const observer = new pg.Client({ connectionString: url })
  await observer.connect()
  try {
    await fill(caller, count)
    const strangers = new Set(await servers(observer))
    const worker = await startWorkerProcess(contender, url)
    try {
      const before = await microseconds(worker.pid)
      await worker.begin()
      await worker.started(count)
      await emptied(caller)
      const spent = (await microseconds(worker.pid)) - before
      const own = (await servers(observer)).filter((pid) => !strangers.has(pid))
      const served = await Promise.all(own.map(microseconds))
      assertOnce(contender.name, (await worker.stop()).numbers, count)
      return [spent / count, served.reduce((sum, part) => sum + part, 0) / count]
    } finally {
      worker.kill()
    }
  } finally {
    await observer.end()
    await caller.close()
  }
}

/** The processes that serve connections of this database. */
async function servers(observer: pg.Client): Promise<number[]> {
  const { rows } = await observer.query<{ pid: number }>(
    'select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  return rows.map(({ pid }) => pid)
}

/** Processor time of all threads of a process, since it began. */
async function microseconds(pid: number): Promise<number> {
  const folder = `/proc/${pid}/task`
  const threads = await Promise.all(
    (await readdir(folder)).map((id) => readFile(`${folder}/${id}/schedstat`, 'utf8')),
  )
  return threads.reduce((sum, text) => sum + Number(text.split(' ')[0]) / 1_000, 0)
}

await runAlone(import.meta.url, cost)
