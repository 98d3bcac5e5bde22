import { openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Event } from './events.ts'

export const monotonic = () => Number(process.hrtime.bigint()) / 1e6

/** Between two pulses, in ms. */
const pulseEvery = 100

/** Writes what this process does, at once and in order. The kernel keeps it, whatever becomes of the process. */
export class Recorder {
  readonly process: string
  readonly #file: number
  #count = 0

  constructor(folder: string, process: string) {
    this.process = process
    this.#file = openSync(join(folder, `${process}.jsonl`), 'a')
  }

  write(event: Event): void {
    writeSync(this.#file, `${JSON.stringify({ at: monotonic(), ...event })}\n`)
  }

  /** A name that no other process of this history gives. */
  name(): string {
    return `${this.process}.${++this.#count}`
  }

  /** Begins to show that the process gets to run, even while its event loop is blocked. */
  pulse(folder: string): void {
    const thread = new Worker(pulseThread, {
      eval: true,
      workerData: { file: join(folder, `${this.process}.jsonl`), every: pulseEvery },
      execArgv: [],
      stdout: true,
      stderr: true,
    })
    thread.unref()
  }
}

const pulseThread = `
const { openSync, writeSync } = require('node:fs')
const { workerData: { file, every } } = require('node:worker_threads')
const fd = openSync(file, 'a')
setInterval(() => writeSync(fd, JSON.stringify({ at: Number(process.hrtime.bigint()) / 1e6, kind: 'pulse' }) + '\\n'), every)
`
