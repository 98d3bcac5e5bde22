import type { Context } from '../../platform/context.ts'
import { guard, type HttpServer } from '../../platform/http/index.ts'
import { refusedBody } from '../jobs/schemas.ts'
import { putOf, scheduleBodyOf } from './bodies.ts'
import { findSchedule, ofSchedule } from './find-schedule.ts'
import {
  deletedBody,
  enqueuedBody,
  nameParams,
  scheduleBody,
  scheduleListBody,
  schedulePut,
} from './schemas.ts'
import { tellSchedules } from './tell.ts'

const tags = ['schedules']
const one = { tags, params: nameParams }

/** The schedules over HTTP, for programs. */
export function schedulesApi(app: HttpServer, context: Context): void {
  const { jobs } = context
  const bodyOf = async (name: string) => scheduleBodyOf(await findSchedule(jobs, name))

  app.get(
    '/schedules',
    {
      config: { guard: guard.may('schedules.read') },
      schema: { tags, summary: 'Schedules, the next to fire first', response: { 200: scheduleListBody } },
    },
    async () => ({ schedules: (await jobs.schedules()).map(scheduleBodyOf) }),
  )

  app.get(
    '/schedules/:name',
    {
      config: { guard: guard.may('schedules.read') },
      schema: {
        ...one,
        summary: 'A schedule with its next five runs, its last run and what it missed',
        response: { 200: scheduleBody, 404: refusedBody },
      },
    },
    async ({ params }) => bodyOf(params.name),
  )

  app.put(
    '/schedules/:name',
    {
      config: { guard: guard.may('schedules.edit') },
      schema: {
        ...one,
        summary: 'Makes a schedule of a job that this program defines, or replaces all of one',
        body: schedulePut,
        response: { 200: scheduleBody, 422: refusedBody },
      },
    },
    async ({ params, body }) => {
      await jobs.putSchedule(params.name, putOf(body))
      await tellSchedules(context)
      return bodyOf(params.name)
    },
  )

  app.delete(
    '/schedules/:name',
    {
      config: { guard: guard.may('schedules.edit') },
      schema: {
        ...one,
        summary: 'Deletes a schedule; its jobs stay',
        response: { 200: deletedBody, 404: refusedBody },
      },
    },
    async ({ params: { name } }) => {
      await ofSchedule(name, jobs.unschedule(name))
      await tellSchedules(context)
      return { status: 'deleted' as const, name }
    },
  )

  const summaries = {
    pause: 'It fires no more until it is resumed',
    resume: 'It fires again from now on; what came while it was paused is not owed',
  }
  for (const verb of ['pause', 'resume'] as const)
    app.post(
      `/schedules/:name/${verb}`,
      {
        config: { guard: guard.may('schedules.pause') },
        schema: { ...one, summary: summaries[verb], response: { 200: scheduleBody, 404: refusedBody } },
      },
      async ({ params: { name } }) => {
        await ofSchedule(name, jobs[`${verb}Schedule`](name))
        await tellSchedules(context)
        return bodyOf(name)
      },
    )

  app.post(
    '/schedules/:name/run',
    {
      config: { guard: guard.may('schedules.run') },
      schema: {
        ...one,
        summary: 'Enqueues one job at once; the next fire stays as it is',
        response: { 202: enqueuedBody, 404: refusedBody, 409: refusedBody },
      },
    },
    async ({ params: { name } }, reply) => {
      const { id } = await ofSchedule(name, jobs.runSchedule(name))
      await tellSchedules(context)
      reply.code(202)
      return { status: 'enqueued' as const, job_id: id }
    },
  )
}
