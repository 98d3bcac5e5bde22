/** $1 name. Answers a row if there was one. */
export const deleteSchedule = (schema: string) =>
  `delete from ${schema}.schedule where name = $1 returning name`
