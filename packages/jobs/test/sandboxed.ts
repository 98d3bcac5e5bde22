/** Handlers that sandbox.test.ts runs in threads and processes. */

import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { threadId } from 'node:worker_threads'
import { currentJob, JobError } from '@factotum/jobs'

let calls = 0

export function where(text: string, count = 1) {
  calls++
  return { text: text.repeat(count), pid: process.pid, threadId, calls }
}

export async function tell(lines: number) {
  const job = currentJob()
  await job.progress(0.25, 'begun')
  for (let line = 0; line < lines; line++) job.log('line %d', line)
  await job.progress(0.5, 'half')
  return {
    id: job.id,
    name: job.name,
    queue: job.queue,
    attempt: job.attempt,
    scheduledFor: job.scheduledFor.toISOString(),
    correlationId: job.correlationId,
  }
}

export async function steps() {
  const job = currentJob()
  const first = await job.step('first', () => Math.random())
  if (job.attempt === 1) throw new Error('in the middle')
  const [parent] = await job.parents()
  return { first, again: await job.step('first', () => 2), parent: parent?.result ?? null }
}

export async function untilAborted() {
  const { signal } = currentJob()
  currentJob().log('runs')
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  return String(signal.reason)
}

export function forever() {
  currentJob().log('runs')
  for (;;) {
    // It never returns.
  }
}

export function exit(code: number) {
  currentJob().log('last words')
  process.exit(code)
}

export function fail(kind: 'plain' | 'fatal' | 'text' | 'type' | 'snooze') {
  if (kind === 'fatal') throw new JobError.Fatal('no use')
  if (kind === 'snooze') throw new JobError.Snooze('1h')
  if (kind === 'text') throw 'just text'
  if (kind === 'type') throw new TypeError('not a number')
  throw new Error('no luck')
}

export function stray() {
  setTimeout(() => {
    throw new RangeError('from a timer')
  }, 1)
  return new Promise(() => {})
}

export function result(kind: 'function' | 'nothing' | 'bigint') {
  if (kind === 'bigint') return 1n
  return kind === 'function' ? () => {} : undefined
}

export function leak(kind: 'array' | 'map' | 'objects' | 'buffers') {
  const all: unknown[] = []
  const map = new Map<number, number>()
  for (let n = 0; ; n++) {
    if (kind === 'array') all.push(1.5)
    else if (kind === 'map') map.set(n, n)
    else if (kind === 'objects') all.push({ n })
    else all.push(Buffer.alloc(1_000_000, 1))
  }
}

export function keep(megabytes: number) {
  const held = Buffer.alloc(megabytes * 1_000_000, 1)
  return held.length
}

/** Starts a child of its own and never returns; the file tells both process ids. */
export function family(file: string) {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  writeFileSync(file, JSON.stringify([process.pid, child.pid]))
  for (;;) {
    // It never returns.
  }
}

export const year = (day: Date) => day.getUTCFullYear()

export const notAFunction = 3
export default (n: number) => n + 1
