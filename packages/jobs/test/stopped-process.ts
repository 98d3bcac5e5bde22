/**
 * A worker whose handlers wait for a word of the test, for tests that stop it until it is given up and let it go on.
 * Arguments: connection string, timing as JSON.
 */
import { currentJob, JobError, JobManager } from '../src/index.ts'

const [url = '', timing = '{}'] = process.argv.slice(2)
const jobs = new JobManager({ connectionString: url, timing: JSON.parse(timing) })
jobs.on('error', () => {})

const word = new Promise((resolve) => process.once('message', resolve))
const code = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : String(error))

jobs.job('long', async (end: 'finish' | 'fail' | 'snooze') => {
  const job = currentJob()
  await job.progress(0.1, 'old')
  job.log('old')
  process.send?.('running')
  await word
  // At once, before it can know of its loss; only what the database says counts.
  job.log('not mine')
  const progress = await job.progress(0.9, 'not mine').then(() => 'taken', code)
  const step = await job.step('mine', () => 'not mine').then(() => 'kept', code)
  if (end !== 'finish') process.send?.({ progress, step })
  if (end === 'fail') throw new Error('not mine')
  if (end === 'snooze') throw new JobError.Snooze('1h')
  const { signal } = job
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
  const later = await job.progress(1).then(() => 'taken', code)
  process.send?.({ progress, step, reason: code(signal.reason), later })
  return 'not mine'
})

await jobs.worker({ concurrency: 1 }).start()
process.send?.('ready')
process.on('disconnect', () => process.exit())
