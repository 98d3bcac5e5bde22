import type { Context } from '../../platform/context.ts'

/** Wakes what shows schedules, wherever it is open. */
export const tellSchedules = ({ live, database }: Context) =>
  live.publish(database.pool, { topic: 'jobs', type: 'schedules.changed', subject: 'schedules', detail: {} })
