/** $1 strict queue, $2 serial keys and $3 limit keys whose jobs ended. Answers after how many ms a limit leaves room. */
export const unblock = (schema: string) => `select ${schema}.unblock($1, $2, $3, true) as again`
