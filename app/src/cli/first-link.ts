import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from '../platform/context.ts'

const mostTries = 60

/**
 * Prints the link that signs the first administrator in, while there is none who can without. The program serves already:
 * a database that is away just now ends nothing, it is asked again each second.
 */
export async function tellFirstLink({ accounts, log }: Context): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const link = await accounts.firstAdministratorLink()
      if (link) console.log(`Sign in as its first administrator, once and within 15 minutes: ${link}`)
      return
    } catch (error) {
      if (tries < mostTries) {
        await pause(1_000, undefined, { ref: false })
        continue
      }
      log.warn({ err: error }, 'no link for the first administrator could be made; the next start makes one')
      return
    }
  }
}
