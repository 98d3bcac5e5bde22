import type { Config } from '../../platform/config/index.ts'
import { checkDatabase } from './database.ts'
import { type Diagnosis, well } from './diagnosis.ts'
import { checkClock, checkDisk, checkHome, checkMachine, checkNode } from './machine.ts'
import { checkPort } from './port.ts'

export type { Diagnosis } from './diagnosis.ts'

/** Looks at the machine and at what the program stands on. Starts the embedded database where it does not run. */
export async function examine(config: Config): Promise<Diagnosis[]> {
  const home = await checkHome(config)
  const machine = [
    well('program', `It is version ${config.version}.`),
    checkNode(),
    checkMachine(),
    home,
    ...(home.state === 'bad' ? [] : [await checkDisk(config)]),
  ]
  // Without a home there is no database of its own, and no place for its log.
  if (home.state === 'bad') return [...machine, await checkPort(config)]
  const { found, clock } = await checkDatabase(config)
  return [...machine, ...found, ...(clock ? [checkClock(clock)] : []), await checkPort(config)]
}
