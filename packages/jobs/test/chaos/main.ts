/**
 * `npm run chaos`: faults at random against workers, callers and schedulers, in rounds of at most five minutes, each
 * checked by itself. Ends with 1 where there is a finding; the histories of such rounds are kept (all, with `--keep`).
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from './build.ts'
import { round } from './round.ts'

const longestRound = 5
const mostShown = 20

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' }, keep: { type: 'boolean' } },
})
const minutes = Number(values.minutes)
const firstSeed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed)
if (!(minutes > 0) || !Number.isSafeInteger(firstSeed) || firstSeed < 0) {
  console.error(
    'Usage: npm run chaos -- [--minutes 5] [--seed 1] [--keep]. Minutes are more than 0, a seed is a whole number.',
  )
  process.exit(2)
}

let interrupted = false
let folder = ''
let endAll = () => {}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupted = true
    endAll()
  })
}

build()
let found = 0
for (let left = minutes, seed = firstSeed; left > 0 && !interrupted; left -= longestRound, seed += 1_000) {
  const length = Math.min(left, longestRound)
  console.log(`chaos: ${length} min, seed ${seed}`)
  folder = mkdtempSync(join(tmpdir(), 'factotum-chaos-'))
  const { findings, figures } = await round({
    seed,
    length: length * 60_000,
    folder,
    onInterrupt: (end) => {
      endAll = end
    },
    interrupted: () => interrupted,
  })
  rmSync(join(folder, 'postgres'), { recursive: true, force: true })
  const keeps = !interrupted && (findings.length > 0 || values.keep === true)
  if (!keeps) rmSync(folder, { recursive: true })
  if (interrupted) break
  console.log(`chaos: ${figures}: ${findings.length} finding(s)`)
  for (const { kind, text } of findings.slice(0, mostShown)) console.log(`- ${kind}: ${text}`)
  if (keeps) console.log(`chaos: its history is kept in ${folder}`)
  found += findings.length
}
process.exit(interrupted ? 130 : found > 0 ? 1 : 0)
