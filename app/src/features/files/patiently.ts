import type { Context } from '../../platform/context.ts'
import { databaseIsAway } from '../../platform/errors/refusal.ts'

const patience = 120_000
const pause = 500

/**
 * Does it again while the database is away, for two minutes. Only for changes that name what they expect: one
 * whose answer was lost is then not made twice.
 */
export async function patiently<T>({ log }: Pick<Context, 'log'>, work: () => Promise<T>): Promise<T> {
  const until = performance.now() + patience
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Error && databaseIsAway(error)) || performance.now() > until) throw error
      log.debug({ err: error }, 'the database is away; it is tried again')
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
}
