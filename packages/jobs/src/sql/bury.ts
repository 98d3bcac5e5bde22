/**
 * $1 worker, $2 the beat at which it was seen to stand still. Takes it off the list with its jobs, unless it beat again;
 * answers how many jobs those were, or null.
 */
export const bury = (schema: string) => `select ${schema}.bury($1, $2) as jobs`
