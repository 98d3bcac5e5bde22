import type { Context } from '../platform/context.ts'
import { defineJobs } from '../platform/feature.ts'
import { headStore } from './head-store.ts'

/** Nightly, in the organisation's zone. */
const nightly = '17 3 * * *'

/** The event log's own work: it knows no engine, so that it is joined with it here. */
export const eventJobs = defineJobs((context: Context) => ({
  /** Tells storage and log where the chains of events stand. */
  exportHeads: context.jobs.job(
    'events.export-heads',
    async () => {
      const told = await context.events.exportHeads(headStore(context.storage))
      if (told)
        context.log.info(
          { file: told.name, heads: told.heads, mac: told.mac },
          'the heads of the event log were exported',
        )
      return told === null ? null : { file: told.name, heads: told.heads }
    },
    { queue: 'events' },
  ),
}))

/** Every scheduler says so; it is one schedule. */
export async function scheduleEventJobs(context: Context): Promise<void> {
  await eventJobs(context).exportHeads.scheduleCron(nightly)
}
