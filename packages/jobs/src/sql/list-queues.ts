export const listQueues = (schema: string) => `select name from ${schema}.queue order by name`
