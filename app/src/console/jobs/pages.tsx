import { type JobDetail, JobError } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Type } from 'typebox'
import type { Context } from '../../platform/context.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { forPages } from '../accept.ts'
import { Notice } from '../components/index.ts'
import { sendFragment, sendPage } from '../page.tsx'
import { cursorOf, filterOf, narrowingOf } from './filter.ts'
import { findJob } from './find-job.ts'
import { listFollowed } from './follow.ts'
import { jobId } from './job-id.ts'
import { JobAction, JobBody } from './job-page.tsx'
import { JobRow } from './job-row.tsx'
import { JobList } from './list-page.tsx'
import { NEWER_AT_MOST, NewerJobs } from './newer-jobs.tsx'
import { idParams } from './schemas.ts'

const PAGE = 50

/** The jobs for people: the list, a job, and the pieces that replace themselves. */
export function jobsPages(app: HttpServer, { jobs }: Context): void {
  const hidden = { params: idParams, hide: true }
  const one = { ...forPages, schema: hidden }

  app.get<{ Querystring: Record<string, string> }>(
    '/jobs',
    { ...forPages, config: { guard: guard.may('jobs.read') } },
    async (request, reply) => {
      const narrowing = narrowingOf(request.query)
      const filter = filterOf(narrowing)
      const cursor = cursorOf(request.query)
      const [page, count, queues] = await Promise.all([
        listFollowed(jobs, filter, { ...cursor, limit: PAGE }),
        jobs.count(filter),
        jobs.queueNames(),
      ])
      const body = <JobList narrowing={narrowing} cursor={cursor} page={page} count={count} queues={queues} />
      return sendPage(request, reply, { title: 'Jobs', active: '/jobs', topics: ['jobs'], body })
    },
  )

  app.get<{ Querystring: Record<string, string> }>(
    '/jobs/newer',
    { config: { guard: guard.may('jobs.read') }, schema: { hide: true } },
    async ({ query }, reply) => {
      const narrowing = narrowingOf(query)
      const than = jobId(query.than ?? '') ?? '0'
      const page = await jobs.list(filterOf(narrowing), { after: than, limit: NEWER_AT_MOST })
      return sendFragment(reply, <NewerJobs narrowing={narrowing} than={than} count={page.jobs.length} />)
    },
  )

  const row = Type.Object({ longest: Type.Optional(Type.Number({ minimum: 0 })) })
  app.get(
    '/jobs/:id/row',
    { config: { guard: guard.may('jobs.read') }, schema: { ...hidden, querystring: row } },
    async ({ params, query }, reply) => {
      const job = await findJob(params.id, (id) => jobs.status(id))
      return sendFragment(reply, <JobRow job={job} longest={query.longest ?? 1} />)
    },
  )

  app.get('/jobs/:id', { ...one, config: { guard: guard.may('jobs.read') } }, async (request, reply) => {
    const job = await findJob(request.params.id, async (id) => {
      await jobs.follow([id])
      return jobs.get(id)
    })
    return sendPage(request, reply, jobPage(job))
  })

  app.get(
    '/jobs/:id/live',
    { config: { guard: guard.may('jobs.read') }, schema: hidden },
    async ({ params }, reply) =>
      sendFragment(reply, refreshed(await findJob(params.id, (id) => jobs.get(id)))),
  )

  for (const verb of ['retry', 'cancel'] as const)
    app.post(
      `/jobs/:id/${verb}`,
      { ...one, config: { guard: guard.may(`jobs.${verb}`) } },
      async (request, reply) => {
        const { refused, job } = await findJob(request.params.id, async (id) => {
          const refused = await refusalOf(jobs[verb](id))
          await jobs.follow([id])
          const job = await jobs.get(id)
          return job && { refused, job }
        })
        const notice = refused === null ? undefined : <Refusal verb={verb} reason={refused} />
        const status = notice ? 409 : 200
        if (request.headers['hx-request'] === 'true')
          return sendFragment(reply, refreshed(job, notice), status)
        if (notice) return sendPage(request, reply, { ...jobPage(job, notice), status })
        return reply.redirect(`/jobs/${job.id}`, 303)
      },
    )
}

const jobPage = (job: JobDetail, notice?: VNode) => ({
  title: `${job.name} ${job.id}`,
  active: '/jobs',
  topics: ['jobs' as const],
  action: <JobAction job={job} />,
  body: <JobBody job={job} notice={notice} />,
})

/** The body, and the head's button beside it. */
const refreshed = (job: JobDetail, notice?: VNode) => (
  <>
    <JobBody job={job} notice={notice} />
    <JobAction job={job} oob />
  </>
)

/** Why the state forbids it, or null when it was done. */
async function refusalOf(done: Promise<unknown>): Promise<string | null> {
  try {
    await done
    return null
  } catch (error) {
    if (error instanceof JobError.Conflict) return error.message
    throw error
  }
}

const Refusal = ({ verb, reason }: { verb: string; reason: string }) => (
  <Notice tone="warn" title={verb === 'retry' ? 'It was not retried.' : 'It was not canceled.'} role="alert">
    {reason}
  </Notice>
)
