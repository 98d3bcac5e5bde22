/** Workers that beat within the last 15 s of the database's clock, and those that did not and that nobody buried yet. */
export const workersAlive = (schema: string) => `
select count(*) filter (where beaten_at > now() - interval '15 seconds') as alive,
  count(*) filter (where beaten_at <= now() - interval '15 seconds') as dead
from ${schema}.worker`
