import { resolve } from 'node:path'
import type { Program, Roles } from '../compose/index.ts'
import type { Config } from '../platform/config/index.ts'
import type { Given } from './command.ts'

/** Everything has ended by then, whatever hangs. Jobs and requests get 10 s of it. */
const stopLimit = 20_000

export interface Service {
  config: Config
  name: string
  roles: Roles
  given: Given
  /** A later start on this home finds this one. */
  announced?: boolean
  /** Told once all runs. */
  ready(program: Program): void | Promise<void>
}

/** Runs a process of the program until it is told to stop; answers the exit status. */
export async function serve({
  config,
  name,
  roles,
  given,
  announced = false,
  ready,
}: Service): Promise<number> {
  const { startProgram } = await import('../compose/index.ts')
  const told = stopSignal()
  const own = given.get('features')
  const program = await startProgram({
    config,
    name,
    roles,
    announced,
    featureFolders: own === undefined ? [] : [resolve(own)],
  })
  endOnUnexpected(program)
  await ready(program)
  await told
  const late = setTimeout(() => {
    program.context.log.warn('not everything ended in time; ending anyway')
    process.exit(0)
  }, stopLimit)
  await program.stop()
  clearTimeout(late)
  return 0
}

/** Resolves with the first SIGTERM or SIGINT; who sends another has no more patience. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let seen = false
    const onSignal = (signal: NodeJS.Signals) => {
      if (seen) process.exit(signal === 'SIGINT' ? 130 : 143)
      seen = true
      resolve()
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
}

/** Time in which an error that ends the program is reported, where it is. */
const lastWords = 2_000

/** An error that nobody caught leaves the program in an unknown state: it is written down, and the process ends. */
function endOnUnexpected({ context: { log }, reporter }: Program): void {
  let ending = false
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an unexpected error ends the program')
    if (ending) process.exit(1)
    ending = true
    reporter.report(error, { id: null, tags: {} })
    void reporter.stop(lastWords).finally(() => process.exit(1))
  })
}
