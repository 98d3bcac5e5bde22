/** $1 name. What it owes is forgotten. Answers a row if there is one of the name. */
export const pauseSchedule = (schema: string) =>
  `update ${schema}.schedule set paused = true, next_at = null where name = $1 returning name`
