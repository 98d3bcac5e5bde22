import type { JobManager } from '@factotum/jobs'
import type { Finding } from './index.ts'
import { failing } from './keeping.ts'

/** Critical alarms fail it, since jobs don't run; that they run late is said. */
export async function queueCheck(jobs: Pick<JobManager, 'health'>): Promise<Finding> {
  const { alarms, workers } = await jobs.health()
  const told = alarms.map(({ message, advice }) => `${message} ${advice}`).join(' ')
  if (alarms.some(({ severity }) => severity === 'critical')) return failing(told)
  const live = ['No worker is live.', 'One worker is live.'][workers] ?? `${workers} workers are live.`
  return { state: 'ok', message: [live, told].filter(Boolean).join(' ') }
}
