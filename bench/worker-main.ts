// The program of a worker's process: waits for `begin`, reports what it starts, ends on `stop`.
import { contenders } from './contenders.ts'
import type { Order, Ran } from './worker-process.ts'

const [name, url, order = '{}'] = process.argv.slice(2)
const contender = contenders.find((one) => one.name === name)
if (!contender || !url || !process.send) throw new Error('Started by worker-process.ts only.')
const tell = process.send.bind(process)
const { jobMs = 0, ...options }: Order = JSON.parse(order)

const ran: Ran = { numbers: [], spans: [] }
let first = 0n
let at = 0n
let told = 0
const report = () => {
  if (told !== ran.numbers.length) tell({ runs: ran.numbers.length, first: String(first), at: String(at) })
  told = ran.numbers.length
}

function onStart(n: number): void | Promise<void> {
  at = process.hrtime.bigint()
  if (ran.numbers.length === 0) first = at
  ran.numbers.push(n)
  // Every one when they come singly; in a flood those of one turn of the loop together.
  if (told === ran.numbers.length - 1) setImmediate(report)
  if (jobMs > 0) return takeTime()
}

async function takeTime(): Promise<void> {
  const began = now()
  await new Promise((resolve) => setTimeout(resolve, jobMs))
  ran.spans.push([began, now()])
}

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

process.on('message', async (message) => {
  if (message === 'begin') {
    const working = await contender.work(url, onStart, options)
    tell('begun')
    process.once('message', async () => {
      await working.stop()
      report()
      // A long list takes its time: whoever ends before it has gone takes it along.
      tell({ ran }, undefined, {}, () => process.disconnect())
    })
  }
})
process.on('disconnect', () => process.exit())
tell('ready')
