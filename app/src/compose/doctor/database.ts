import type { Config } from '../../platform/config/index.ts'
import type { OpenDatabase } from '../../platform/database/index.ts'
import { migrationSets, statesOf } from '../../platform/database/migrate.ts'
import { openDatabase } from '../../platform/database/open.ts'
import { createLog } from '../../platform/logging/index.ts'
import { bad, type Diagnosis, reasonOf, warning, well } from './diagnosis.ts'
import type { ClockReading } from './machine.ts'

/** The database: whether it answers, its version and its schema; and its clock, where it answers. */
export async function checkDatabase(
  config: Config,
): Promise<{ found: Diagnosis[]; clock: ClockReading | null }> {
  let database: OpenDatabase
  try {
    database = await openDatabase(config, createLog({ ...config, logLevel: 'silent' }, 'doctor'))
  } catch (error) {
    const advice =
      config.databaseUrl === null
        ? `Look at postgres/server.log in ${config.home}; or set DATABASE_URL to a server of yours.`
        : 'See that the server runs, that DATABASE_URL names its host, port, user and password, and that it lets this machine in.'
    return { found: [bad('database', reasonOf(error), advice)], clock: null }
  }
  try {
    const clock = await readClock(database)
    const { rows } = await database.pool.query<{ version: string; name: string }>(
      "select current_setting('server_version') as version, current_database() as name",
    )
    const whose = config.databaseUrl === null ? 'the embedded server' : 'the server of DATABASE_URL'
    const answer = `PostgreSQL ${rows[0]?.version} (${whose}, database ${rows[0]?.name}) answered in ${(2 * clock.within).toFixed(0)} ms.`
    return { found: [well('database', answer), await checkSchema(database.url)], clock }
  } catch (error) {
    return { found: [bad('database', reasonOf(error), 'See what its log says.')], clock: null }
  } finally {
    await database.close()
  }
}

/** The quickest of a few: what is between two clocks is known to half of the time that asking takes. */
async function readClock({ pool }: OpenDatabase): Promise<ClockReading> {
  let best: ClockReading = { ahead: 0, within: Number.POSITIVE_INFINITY }
  for (let tries = 0; tries < 5; tries++) {
    const asked = Date.now()
    const { rows } = await pool.query<{ now: string }>(
      'select extract(epoch from clock_timestamp()) * 1000 as now',
    )
    const answered = Date.now()
    const within = (answered - asked) / 2
    if (within < best.within) best = { ahead: asked + within - Number(rows[0]?.now), within }
  }
  return best
}

async function checkSchema(url: string): Promise<Diagnosis> {
  const states = (await Promise.all(migrationSets().map((set) => statesOf(url, set)))).flat()
  const unknown = states.filter(({ known }) => !known).map(({ name }) => name)
  const missing = states.filter(({ appliedAt }) => appliedAt === null).map(({ name }) => name)
  if (unknown.length > 0) {
    const message = `The schema is newer than this program: it has ${unknown.join(', ')}.`
    return bad(
      'schema',
      message,
      'Start the newer version, or take them back with it: "factotum db downgrade".',
    )
  }
  if (missing.length === 0) return well('schema', 'It is that of this program.')
  const message = `It lacks ${missing.length} migration(s) of this program.`
  return warning('schema', message, 'The next start applies them, and so does "factotum db upgrade".')
}
