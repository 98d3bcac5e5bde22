/** $1 worker that stops by itself. */
export const removeWorker = (schema: string) => `delete from ${schema}.worker where id = $1`
