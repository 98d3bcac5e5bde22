import type { JobFilter, JobManager, JobPage } from '@factotum/jobs'

/** A page of jobs whose further changes will be told. */
export async function listFollowed(
  jobs: JobManager,
  filter: JobFilter,
  page: { before?: string; after?: string; limit: number },
): Promise<JobPage> {
  const seen = await jobs.list(filter, page)
  const watched = unended(seen)
  if (watched.length === 0) return seen
  await jobs.follow(watched)
  // One that ended between the look and the interest would stay as it was: look again.
  return jobs.list(filter, page)
}

/** Only these will change again. */
const unended = ({ jobs }: JobPage) => jobs.filter(({ endedAt }) => endedAt === null).map(({ id }) => id)
