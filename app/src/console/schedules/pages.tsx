import { JobError, type Schedule } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Type } from 'typebox'
import type { Context } from '../../platform/context.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { forPages } from '../accept.ts'
import { Dialog, Notice } from '../components/index.ts'
import { sendFragment, sendPage } from '../page.tsx'
import { scheduleAddress } from './address.ts'
import { DeleteForm } from './delete-form.tsx'
import { findSchedule, ofSchedule } from './find-schedule.ts'
import { ScheduleList } from './list-page.tsx'
import { ScheduleBody } from './schedule-page.tsx'
import { nameParams } from './schemas.ts'
import { tellSchedules } from './tell.ts'

const topics = ['jobs' as const]
const active = '/schedules'

/** The schedules for people: the list, a schedule, their buttons, and the question before one is deleted. */
export function schedulesPages(app: HttpServer, context: Context): void {
  const { jobs } = context
  const hidden = { params: nameParams, hide: true }
  const one = { ...forPages, schema: hidden }

  app.get<{ Querystring: { only?: string } }>(
    '/schedules',
    { ...forPages, config: { guard: guard.may('schedules.read') } },
    async (request, reply) => {
      const body = <ScheduleList schedules={await jobs.schedules()} />
      if (request.query.only === 'list') return sendFragment(reply, body)
      return sendPage(request, reply, { title: 'Schedules', active, topics, body })
    },
  )

  app.get(
    '/schedules/:name',
    { ...one, config: { guard: guard.may('schedules.read') } },
    async (request, reply) =>
      sendPage(request, reply, schedulePage(await findSchedule(jobs, request.params.name))),
  )

  app.get(
    '/schedules/:name/live',
    { config: { guard: guard.may('schedules.read') }, schema: hidden },
    async ({ params }, reply) =>
      sendFragment(reply, <ScheduleBody schedule={await findSchedule(jobs, params.name)} />),
  )

  const form = Type.Object({ view: Type.Optional(Type.String()) })
  for (const verb of ['run', 'pause', 'resume'] as const)
    app.post(
      `/schedules/:name/${verb}`,
      {
        ...forPages,
        config: { guard: guard.may(verb === 'run' ? 'schedules.run' : 'schedules.pause') },
        schema: { ...hidden, body: form },
      },
      async (request, reply) => {
        const { name } = request.params
        const refused = await refusalOf(ofSchedule<unknown>(name, jobs[`${verb}Schedule`](name)))
        if (refused === null) await tellSchedules(context)
        const notice = refused === null ? undefined : <NotRun reason={refused} />
        const listed = request.body.view === 'list'
        const inPlace = request.headers['hx-request'] === 'true'
        if (!inPlace && !notice) return reply.redirect(listed ? '/schedules' : scheduleAddress(name), 303)
        const page = listed
          ? listPage(await jobs.schedules(), notice)
          : schedulePage(await findSchedule(jobs, name), notice)
        const status = notice ? 409 : 200
        return inPlace
          ? sendFragment(reply, page.body, status)
          : sendPage(request, reply, { ...page, status })
      },
    )

  app.get(
    '/schedules/:name/delete',
    { config: { guard: guard.may('schedules.edit') }, schema: hidden },
    async (request, reply) => {
      const schedule = await findSchedule(jobs, request.params.name)
      const title = `Delete ${schedule.name}?`
      const body = <DeleteForm schedule={schedule} />
      if (request.headers['hx-request'] === 'true')
        return sendFragment(reply, <Dialog title={title}>{body}</Dialog>)
      return sendPage(request, reply, { title, active, topics, body })
    },
  )

  app.post(
    '/schedules/:name/delete',
    { config: { guard: guard.may('schedules.edit') }, schema: hidden },
    async ({ params: { name } }, reply) => {
      await ofSchedule(name, jobs.unschedule(name))
      await tellSchedules(context)
      return reply.redirect('/schedules', 303)
    },
  )
}

const listPage = (schedules: Schedule[], notice?: VNode) => ({
  title: 'Schedules',
  active,
  topics,
  body: <ScheduleList schedules={schedules} notice={notice} />,
})

const schedulePage = (schedule: Schedule, notice?: VNode) => ({
  title: schedule.name,
  active,
  topics,
  body: <ScheduleBody schedule={schedule} notice={notice} />,
})

/** Why it can't be done now, or null when it was done. */
async function refusalOf(done: Promise<unknown>): Promise<string | null> {
  try {
    await done
    return null
  } catch (error) {
    if (error instanceof JobError.Conflict) return error.message
    throw error
  }
}

const NotRun = ({ reason }: { reason: string }) => (
  <Notice tone="warn" title="It was not run." role="alert">
    {reason}
  </Notice>
)
