// A worker's beat, in a thread of its own, so that a handler that blocks the event loop is not taken for dead.
// Plain JavaScript: a thread starts from a file, and this one must start alike from sources and from the built package.
import { writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import pg from 'pg'

const { config, sql, worker, every, loop, margin } = workerData
const giveUpAfter = every * 2
/**
 * An answer that takes no longer does not shorten the pause behind it: who watches counts from an answer to a question, and
 * would miss the time of being dead by the last of so many pauses.
 */
const quick = every / 10

let client = null
let stopped = false
let timer = null

parentPort.on('message', async () => {
  stopped = true
  clearInterval(looking)
  clearTimeout(timer)
  await beating
  await client?.end().catch(() => {})
  parentPort.close()
})

async function beat() {
  const asked = performance.now()
  try {
    client ??= await connect()
    const { rows } = await client.query({ text: sql, values: [worker], query_timeout: giveUpAfter })
    parentPort.postMessage({ rows, asked, answered: performance.now() })
  } catch (error) {
    client?.end().catch(() => {})
    client = null
    if (!stopped)
      parentPort.postMessage({ error: error instanceof Error ? error.message || error.name : String(error) })
  }
  const late = Math.max(performance.now() - asked - quick, 0)
  if (!stopped) timer = setTimeout(() => (beating = beat()), Math.max(every - late, 0))
}

async function connect() {
  const made = new pg.Client({ ...config, keepAlive: true, connectionTimeoutMillis: giveUpAfter })
  made.on('error', () => {
    if (client === made) client = null
  })
  await made.connect()
  return made
}

let beating = beat()

// The event loop, as `loop-watch.ts` counts it: one that is stuck for longer than any job that runs may take will not
// come back by itself, and while this thread beats, nobody else takes its jobs.
const cells = loop && new Int32Array(loop)
let turns = null
let since = 0
let lastLook = performance.now()
const looking = cells && setInterval(look, every).unref()

function look() {
  const now = performance.now()
  const gap = now - lastLook
  lastLook = now
  const seen = Atomics.load(cells, 0)
  // Where this thread stood still as well, the process was stopped, and the loop is not to blame.
  if (seen !== turns || gap > every * 2.5) {
    turns = seen
    since = now
    return
  }
  const [, unlimited, limited, longest, debugged] = cells
  if (unlimited > 0 || limited === 0 || debugged || now - since <= longest + margin) return
  writeSync(
    2,
    `@factotum/jobs ends process ${process.pid}: its event loop stood still for ${Math.round((now - since) / 1000)} s, ` +
      `and no job that runs may take longer than ${longest / 1000} s. Other workers take its jobs. Run what computes in a sandbox.\n`,
  )
  process.kill(process.pid, 'SIGKILL')
}
