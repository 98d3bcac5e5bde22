// The program of a worker's process: waits for `begin`, reports what it starts, ends on `stop`.
import { contenders } from './contenders.ts'

const [name, url] = process.argv.slice(2)
const contender = contenders.find((one) => one.name === name)
if (!contender || !url || !process.send) throw new Error('Started by worker-process.ts only.')
const tell = process.send.bind(process)

let runs = 0
let n = -1
let at = 0n
let told = 0
const report = () => {
  if (told !== runs) tell({ runs, n, at: String(at) })
  told = runs
}

function onStart(started: number): void {
  runs++
  n = started
  at = process.hrtime.bigint()
  // Every one when they come singly; in a flood those of one turn of the loop together.
  if (told === runs - 1) setImmediate(report)
}

process.on('message', async (message) => {
  if (message === 'begin') {
    const working = await contender.work(url, onStart)
    tell('begun')
    process.once('message', async () => {
      await working.stop()
      report()
      tell('stopped')
      process.disconnect()
    })
  }
})
process.on('disconnect', () => process.exit())
tell('ready')
