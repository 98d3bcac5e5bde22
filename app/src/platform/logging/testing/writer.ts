/**
 * A process that logs, for who kills it: `writer.ts HOME NAME LINES-A-FILE LINES-A-SECOND SECONDS ACKNOWLEDGED-AT-ONCE`. To
 * its fourth file (descriptor 3) it writes how many calls have returned so far, a number a line.
 */
import { writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { createLog } from '../index.ts'

const [home = '', name = '', lines, rate, seconds, atOnce] = process.argv.slice(2)
const log = createLog(
  {
    home,
    logLevel: 'info',
    logFiles: 'one',
    logRotation: { lines: Number(lines), bytes: 100_000_000 },
    logDays: 30,
  },
  name,
)

const began = performance.now()
const all = Number(rate) * Number(seconds)
let written = 0
while (written < all) {
  const due = Math.min(all, Math.floor(((performance.now() - began) / 1_000) * Number(rate)))
  while (written < due) {
    log.info(
      { n: ++written, path: '/files', status: 201 },
      'a line of the usual length, as a request writes it',
    )
    if (written % Number(atOnce) === 0) writeSync(3, `${written}\n`)
  }
  await pause(1)
}
writeSync(3, `${written}\n`)
