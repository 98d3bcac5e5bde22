import type { Diagnosis } from '../../compose/doctor/index.ts'
import { type Config, ConfigError } from '../../platform/config/index.ts'
import type { Command } from '../command.ts'
import { settings } from '../settings.ts'

export const doctor: Command = {
  summary:
    'Looks at machine, database, schema, disk, clock and port, and says what to do; ends with 1 where one is bad.',
  options: { json: { meaning: 'For programs: { ok, checks }.' } },
  async run(given) {
    const checks = await examined()
    const ok = checks.every(({ state }) => state !== 'bad')
    if (given.has('json')) console.log(JSON.stringify({ ok, checks }))
    else
      console.log(
        [...checks.flatMap(lines), '', ok ? 'Nothing is bad.' : 'Something is bad: see above.'].join('\n'),
      )
    return ok ? 0 : 1
  },
}

/** Settings that can't be read are a finding, too: with them nothing else can be looked at. */
async function examined(): Promise<Diagnosis[]> {
  let config: Config
  try {
    config = settings()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const advice = 'Mend them in the environment or in .env; .env.sample tells each.'
    return [{ name: 'settings', state: 'bad', message: error.message, advice }]
  }
  const { examine } = await import('../../compose/doctor/index.ts')
  const found: Diagnosis = { name: 'settings', state: 'ok', message: 'They can be read.', advice: null }
  return [found, ...(await examine(config))]
}

const signs = { ok: 'ok  ', warning: 'warn', bad: 'BAD ' }

function lines({ name, state, message, advice }: Diagnosis): string[] {
  return [
    `${signs[state]}  ${name.padEnd(9)} ${message}`,
    ...(advice === null ? [] : [`${' '.repeat(16)}${advice}`]),
  ]
}
