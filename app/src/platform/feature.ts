import type { Context } from './context.ts'

/**
 * Makes a value once a context: what `jobs.ts` of a feature exports. `compose` calls it at start, so that
 * handlers are known before a worker starts; the feature's verbs call it to enqueue.
 */
export function defineJobs<Jobs extends object>(
  make: (context: Context) => Jobs,
): (context: Context) => Jobs {
  const made = new WeakMap<Context, Jobs>()
  return (context) => {
    let jobs = made.get(context)
    if (!jobs) {
      jobs = make(context)
      made.set(context, jobs)
    }
    return jobs
  }
}
