import { type CurrentJob, currentJob, JobError } from '../../src/index.ts'
import type { Recorder } from './recorder.ts'

/** Runs a handler, and records what becomes of it. Its answer names the run. */
export async function recorded(
  recorder: Recorder,
  call: string | null,
  work: (job: CurrentJob) => unknown,
): Promise<{ run: string }> {
  const job = currentJob()
  const run = recorder.name()
  recorder.write({ kind: 'begin', run, call, id: job.id, attempt: job.attempt })
  const told = () => recorder.write({ kind: 'told', run })
  if (job.signal.aborted) told()
  else job.signal.addEventListener('abort', told)
  job.log(run)
  try {
    await work(job)
    job.log(run)
  } catch (error) {
    const snooze = error instanceof JobError.Snooze ? { snooze: Number(error.delay) } : {}
    recorder.write({ kind: 'end', run, how: 'threw', ...snooze })
    throw error
  }
  recorder.write({ kind: 'end', run, how: 'returned' })
  return { run }
}
