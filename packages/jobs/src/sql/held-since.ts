/** $1 worker, $2 a token. What the worker holds by its later claims. */
export const heldSince = (schema: string) =>
  `select id, token from ${schema}.job where worker = $1 and state = 2 and token > $2`
