/** A worker of the chaos, and a scheduler beside it. */
import { handleAll } from './handlers.ts'
import { asked, begin, insist } from './program.ts'
import { queues } from './workload.ts'

const { orders, recorder, jobs } = begin()
handleAll(jobs, recorder)
const stop = asked()
const worker = jobs.worker({ queues, concurrency: 8, name: orders.name })
await insist(() => worker.start())
const scheduler = jobs.scheduler()
await insist(() => scheduler.start())
process.send?.('ready')
await stop
recorder.write({ kind: 'stopping' })
await worker.stop({ grace: 300 })
await jobs.close()
process.exit()
