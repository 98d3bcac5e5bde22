// Ends its own process, with all that it started, when its worker is gone or it holds more memory than it may. A thread,
// so that a handler that never returns to the event loop is ended as well.
import { writeFileSync, writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

const { parent, memory } = workerData
const every = memory === null ? 500 : 50
/** The pipe on which the worker hears the reason. */
const lastWords = 4
const megabyte = 1_048_576

try {
  // Should the machine's memory run out, this process goes before the worker does.
  writeFileSync('/proc/self/oom_score_adj', '900')
} catch {
  // Not Linux, or not allowed: no loss.
}

setInterval(() => {
  if (process.ppid !== parent) end('orphan')
  const used = process.memoryUsage.rss() / megabyte
  if (memory !== null && used > memory) end(`memory ${Math.round(used)}`)
}, every)

function end(reason) {
  try {
    writeSync(lastWords, reason)
  } catch {
    // Nobody listens any more.
  }
  try {
    process.kill(-process.pid, 'SIGKILL')
  } catch {
    process.kill(process.pid, 'SIGKILL')
  }
}
