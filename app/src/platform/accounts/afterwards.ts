import type { Logger } from 'pino'

/** Work that no answer waits for: the time it takes would tell whether there is such an account. */
export interface Afterwards {
  begin(work: () => Promise<void>): void
  /** Waits for all that was begun. */
  done(): Promise<void>
}

export function afterwards(log: Pick<Logger, 'error'>): Afterwards {
  const open = new Set<Promise<void>>()
  return {
    begin(work) {
      const done = work()
        .catch((error) => log.error({ err: error }, 'what follows an answer at the sign-in was not done'))
        .finally(() => open.delete(done))
      open.add(done)
    },
    async done() {
      await Promise.all(open)
    },
  }
}
