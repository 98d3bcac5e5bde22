import { currentJob } from '@factotum/jobs'
import { defineJobs } from '../../../../platform/feature.ts'

/** Jobs of which one enqueues another, and one fails. */
export default defineJobs(({ jobs, log }) => {
  const child = jobs.job('troubled.child', async () => {
    log.info({ job: currentJob().id }, 'the child worked')
  })
  const parent = jobs.job('troubled.parent', async () => {
    const { correlationId } = currentJob()
    const { id } = await child.with(correlationId ? { correlationId } : {}).delay()
    return id
  })
  const failing = jobs.job('troubled.failing', async (text: string) => {
    throw new TypeError(`no ink: ${text}`)
  })
  return { parent, failing }
})
