import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../../platform/config/index.ts'
import type { Command, Given } from '../command.ts'
import { tellFirstLink } from '../first-link.ts'
import { concurrency, features, queues, workerRole } from '../options.ts'
import { serve } from '../serve.ts'
import { settings } from '../settings.ts'

export const start: Command = {
  summary: 'Web server, worker and scheduler in one process: all that one machine needs.',
  options: { queues, concurrency, features },
  async run(given) {
    const config = settings()
    return (await foundRunning(config)) ? 0 : startHere(config, given)
  },
}

async function startHere(config: Config, given: Given): Promise<number> {
  try {
    return await serve({
      config,
      name: 'start',
      roles: { web: true, worker: workerRole(given), scheduler: true },
      announced: true,
      given,
      ready: ({ url, context }) => {
        console.log(`Factotum is ready at ${url} (its data is in ${config.home})`)
        void tellFirstLink(context)
      },
    })
  } catch (error) {
    // Two starts at once: the other was faster, and is about to leave word.
    if (error instanceof Error && error.name === 'PortTaken' && (await foundSoon(config))) return 0
    throw error
  }
}

/** Says where the program runs already, if it does: then there is nothing to start. */
async function foundRunning({ home }: Config): Promise<boolean> {
  const { findRunning } = await import('../../compose/running.ts')
  const running = await findRunning(home)
  if (running)
    console.log(`Factotum runs already at ${running.url} (process ${running.pid}, its data is in ${home})`)
  return running !== null
}

async function foundSoon(config: Config): Promise<boolean> {
  for (let tries = 0; tries < 8; tries++) {
    if (await foundRunning(config)) return true
    await pause(250)
  }
  return false
}
