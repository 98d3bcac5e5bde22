// A worker with nothing to do, in plain Node.js on the built package, as one would run it.
const [door, url] = process.argv.slice(2)
const { JobManager } = await import(door)
const jobs = new JobManager({ connectionString: url })
jobs.job('bench', async () => {})
await jobs.worker().start()
process.send('up')
process.on('disconnect', () => process.exit())
