/** A worker in a process of its own, for tests that kill it. Arguments: connection string, timing as JSON, concurrency. */
import { currentJob, JobManager } from '../src/index.ts'

const [url = '', timing = '{}', concurrency = '10'] = process.argv.slice(2)
const jobs = new JobManager({ connectionString: url, timing: JSON.parse(timing) })
jobs.on('error', () => {})

jobs.job('hang', () => new Promise(() => {}))
jobs.job('exit', () => process.exit(1))
jobs.job('nap', async () => {
  process.send?.('napping')
  await new Promise((resolve) => setTimeout(resolve, 400))
})
jobs.job('work', async (n: number) => {
  await new Promise((resolve) => setTimeout(resolve, 2))
  return n
})
jobs.job('follow', async (_n: number) => {
  const parents = await currentJob().parents()
  await new Promise((resolve) => setTimeout(resolve, 2))
  return parents.every(({ state }) => state === 'finished')
})
jobs.job('step and hang', async () => {
  await currentJob().step('first', () => `done by ${process.pid}`)
  await new Promise(() => {})
})
jobs.job('block', (ms: number) => {
  process.send?.('blocking')
  const end = Date.now() + ms
  while (Date.now() < end) {
    // Nothing else in this process gets a turn.
  }
  return currentJob().id
})

jobs.job(
  'family',
  { module: new URL('./sandboxed.ts', import.meta.url), export: 'family' },
  { sandbox: 'process' },
)

await jobs.worker({ concurrency: Number(concurrency) }).start()
process.send?.('ready')
process.on('disconnect', () => process.exit())
