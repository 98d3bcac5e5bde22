/** $1 worker, $2 the beat at which it was seen to stand still. Takes it off the list, unless it beat again. */
export const buryWorker = (schema: string) =>
  `delete from ${schema}.worker where id = $1 and beat = $2 returning id`
