/** What the chaos runs in threads and processes beside its workers. Each writes a history of its own. */
import { threadId } from 'node:worker_threads'
import { sandboxOf } from './leases.ts'
import { recorded } from './recorded.ts'
import { Recorder } from './recorder.ts'

const { CHAOS_FOLDER = '', CHAOS_NAME = '' } = process.env
const recorder = new Recorder(CHAOS_FOLDER, sandboxOf(CHAOS_NAME, `${process.pid}.${threadId}`))
/** Now and then it never returns, or ends its sandbox. */
const stuck = 3_000
const exits = 13
const tick = 50

/** Computes for `n` ms, without a turn for anything else, and shows all the while that it does. */
export function work(call: string | null, n: number): Promise<{ run: string }> {
  return recorded(recorder, call, () => {
    const end = performance.now() + n
    for (let next = 0; n === stuck || performance.now() < end; ) {
      if (performance.now() < next) continue
      next = performance.now() + tick
      recorder.write({ kind: 'note', text: 'computes' })
    }
    if (n === exits) process.exit(1)
  })
}
