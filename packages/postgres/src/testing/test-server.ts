/**
 * Vitest's global set-up: one server for the whole run, handed to every test process by the environment.
 * A `TEST_DATABASE_URL` that is already set wins: that is how the suite runs on another PostgreSQL.
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env.TEST_DATABASE_URL) return async () => {}
  throw new Error('Set TEST_DATABASE_URL: the embedded test server is not there yet.')
}
