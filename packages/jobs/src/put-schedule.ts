import type { KnownJob } from './engine.ts'
import { JobError } from './errors.ts'
import type { CallOptions } from './job-options.ts'
import { type Checks, checkOptions } from './options.ts'
import { type ScheduleOptions, scheduleChecks } from './schedule.ts'
import { suggest } from './suggest.ts'
import type { Json } from './types.ts'

/** A schedule by the name of its job, as a program gives it that has no definition in hand. */
export interface SchedulePut extends Omit<ScheduleOptions, 'name'> {
  /** The name of a job that this program defines. */
  job: string
  /** Default none. */
  args?: Json[]
  /** For the jobs of this schedule, as of `with`. */
  options?: CallOptions
}

/**
 * Stores a schedule under a name, checked like `scheduleCron`.
 *
 * @throws JobError.Invalid, also for a job that is not defined here
 */
export async function putSchedule(
  definitions: ReadonlyMap<string, KnownJob>,
  name: string,
  put: SchedulePut,
): Promise<void> {
  checkOptions(put, checks, `of schedule ${JSON.stringify(name)}`)
  const { job, args = [], options = {}, ...rule } = put
  const known = definitions.get(job)
  if (!known) throw unknownJob(job, [...definitions.keys()])
  await known.scheduleCron(options, { ...rule, name }, args)
}

const { name: _name, ...ruleChecks } = scheduleChecks
const checks: Checks<SchedulePut> = {
  ...ruleChecks,
  job: () => {},
  args: (value, what) => {
    if (!Array.isArray(value)) throw new JobError.Invalid(`The ${what} must be a list.`)
  },
  options: () => {},
}

function unknownJob(job: unknown, defined: string[]): JobError {
  const meant = typeof job === 'string' ? suggest(job, defined) : null
  return new JobError.Invalid(
    `There is no job ${JSON.stringify(job)} in this program.${meant ? ` Did you mean ${JSON.stringify(meant)}?` : ''} ` +
      (defined.length > 0 ? `Its jobs are ${[...defined].sort().join(', ')}.` : 'It defines none.'),
  )
}
