// Fan out and in: a job splits its work into jobs, and one more, after all of them, puts their answers together.
import { setTimeout } from 'node:timers/promises'
import { currentJob, JobManager } from '@factotum/jobs'

const jobs = new JobManager({ connectionString: process.env.DATABASE_URL })

const count = jobs.job('count words', async (page: string) => {
  if (page === '') throw new Error('The page is empty')
  return page.split(' ').length
})

const sum = jobs.job('sum up', async () => {
  // What it waited for, in order, each with its state and its result or error.
  const parents = await currentJob().parents()
  for (const { error } of parents) if (error !== null) console.log('left out:', error)
  return parents.reduce((words, { result }) => words + Number(result ?? 0), 0)
})

let attempts = 0
const book = jobs.job(
  'book',
  async (pages: string[]) => {
    // A step is done once: the second attempt does not enqueue everything again.
    const collector = await currentJob().step('fan out', async () => {
      console.log('fanning out')
      const parts = await count.delayMany(pages.map((page) => [page] as [string]))
      const { id } = await sum.with({ after: parts, afterFailure: 'run' }).delay()
      return id
    })
    if (++attempts === 1) throw new Error('Something went wrong afterwards')
    return collector
  },
  { retries: 1, backoffDelay: 10 },
)

await jobs.worker({ concurrency: 4 }).start()

const handle = await book.delay(['once upon a time', '', 'the end'])
const collector = await handle.result()
while ((await jobs.status(collector))?.state !== 'finished') await setTimeout(20)
console.log((await jobs.status(collector))?.result, 'words')

// Without afterFailure: 'run', a job is canceled when one of those that it waits for fails, and so are those after it.
const bad = await count.delay('')
const next = await sum.with({ after: bad }).delay()
const last = await sum.with({ after: next }).delay()
await last.result().catch((error) => console.log(error.message))

await jobs.close()

// Prints:
// fanning out
// left out: The page is empty
// 6 words
// The job was canceled (before_start).
