/**
 * Waiting     stored, and a job is to profile it
 * Processing  a worker profiles it
 * Ok          there is a report
 * Error       there is none, and a sentence why
 * Canceled    given up while it waited or was processed; the data is deleted
 * Removed     given up after that; the data is deleted
 */
export const statuses = ['Waiting', 'Processing', 'Ok', 'Error', 'Canceled', 'Removed'] as const
export type FileStatus = (typeof statuses)[number]

/** Work is going on, or will. */
export const unfinished: FileStatus[] = ['Waiting', 'Processing']

/** There is an outcome, and the data to work on again. */
export const finished: FileStatus[] = ['Ok', 'Error']

/** From where a worker may begin: also anew after another's death, and after its job was retried by hand. */
export const startable: FileStatus[] = ['Waiting', 'Processing', 'Error']

/** What becomes of a file that is given up; null where it is already. */
export function givenUp(status: FileStatus): 'Canceled' | 'Removed' | null {
  if (unfinished.includes(status)) return 'Canceled'
  return finished.includes(status) ? 'Removed' : null
}
