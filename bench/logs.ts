// `npm run bench:logs`: two processes log into one folder, 100,000 lines a second together for 10 s, in files of 1,000
// lines that are compressed meanwhile; one is killed with SIGKILL before its end. Then every file is read.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { logFolder } from '../app/src/platform/logging/index.ts'
import { type Kept, keptBy, startWriter } from '../app/src/platform/logging/testing/kept-lines.ts'
import { tidyLogs } from '../app/src/platform/logging/tidy.ts'

const { values } = parseArgs({
  options: {
    /** Lines a second of both together. */
    rate: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '10' },
    /** Lines of a file. */
    lines: { type: 'string', default: '1000' },
  },
})
const seconds = Number(values.seconds)
const linesASecond = Number(values.rate) / 2

const home = await mkdtemp(join(tmpdir(), 'factotum-bench-'))
try {
  await measure()
} finally {
  await rm(home, { recursive: true })
}

async function measure(): Promise<void> {
  const options = { home, linesAFile: Number(values.lines), linesASecond, seconds, atOnce: 100 }
  const killed = startWriter({ ...options, name: 'killed' })
  const other = startWriter({ ...options, name: 'other' })
  while (killed.acknowledged() === 0 || other.acknowledged() === 0) await pause(5)
  const began = performance.now()
  const before = killed.acknowledged() + other.acknowledged()
  await pause(seconds * 950)
  const both = killed.acknowledged() + other.acknowledged() - before
  const rate = (both / (performance.now() - began)) * 1_000
  await killed.kill()
  await other.exit()
  const took = (performance.now() - began) / 1_000
  const folder = logFolder(home)
  console.log(
    `${Math.round(rate).toLocaleString('en')} lines a second of both together until the kill; all ended after ${took.toFixed(1)} s.`,
  )
  judge('killed', killed.acknowledged(), await keptBy(folder, 'killed'))
  judge('other', other.acknowledged(), await keptBy(folder, 'other'))

  const tidied = await tidyLogs(folder, { before: new Date(0) })
  console.log(
    `${tidied.compressed} files were left to compress, ${tidied.completed} to complete; then again:`,
  )
  judge('killed', killed.acknowledged(), await keptBy(folder, 'killed'))
  judge('other', other.acknowledged(), await keptBy(folder, 'other'))
}

/** Every line whose call returned is there once, in order. */
function judge(name: string, acknowledged: number, { numbers, files, archives }: Kept): void {
  const inOrder = numbers.every((number, index) => number === index + 1)
  const whole = numbers.length >= acknowledged && inOrder
  if (!whole) process.exitCode = 1
  console.log(
    `${name}: ${acknowledged.toLocaleString('en')} calls acknowledged, ${numbers.length.toLocaleString('en')} lines in ` +
      `${files.length} files (${archives} archives, ${Math.max(...files)} lines at most): ${whole ? 'none lost, none twice' : 'LINES ARE MISSING'}`,
  )
}
