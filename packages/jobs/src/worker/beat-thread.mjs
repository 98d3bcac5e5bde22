// A worker's beat, in a thread of its own, so that a handler that blocks the event loop is not taken for dead.
// Plain JavaScript: a thread starts from a file, and this one must start alike from sources and from the built package.
import { parentPort, workerData } from 'node:worker_threads'
import pg from 'pg'

const { config, sql, worker, every } = workerData
const giveUpAfter = every * 2

let client = null
let stopped = false
let timer = null

parentPort.on('message', async () => {
  stopped = true
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
  if (!stopped) timer = setTimeout(() => (beating = beat()), Math.max(asked + every - performance.now(), 0))
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
