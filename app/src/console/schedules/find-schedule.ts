import { JobError, type JobManager, type Schedule } from '@factotum/jobs'
import { errors } from '../../platform/errors/index.ts'

/** 404 where there is none of that name. */
export async function findSchedule(jobs: JobManager, name: string): Promise<Schedule> {
  const schedule = await jobs.schedule(name)
  if (!schedule) throw errors.fail('schedule_not_found', { name })
  return schedule
}

/** What a verb about a schedule answers; 404 where there is none of that name. */
export async function ofSchedule<T>(name: string, verb: Promise<T>): Promise<T> {
  try {
    return await verb
  } catch (error) {
    if (error instanceof JobError.NotFound) throw errors.fail('schedule_not_found', { name })
    throw error
  }
}
