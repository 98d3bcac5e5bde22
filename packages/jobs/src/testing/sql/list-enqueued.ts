import { statusColumns } from '../../sql/select-status.ts'

/** $1 name of a job, or null for all. */
export const listEnqueued = (schema: string) => `
select ${statusColumns}, failures from ${schema}.status where $1::text is null or name = $1 order by id`
