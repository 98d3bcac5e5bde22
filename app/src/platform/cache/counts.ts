import type { Logger } from 'pino'
import type { CacheFigures, CacheTrouble } from './index.ts'
import { Resting } from './line.ts'

/** Counts what becomes of questions, and knows what does not answer. */
export class Counts {
  readonly #log: Pick<Logger, 'info' | 'warn'>
  readonly #troubles = new Map<string, CacheTrouble>()
  readonly #figures = { hits: 0, misses: 0, failures: 0, skipped: 0, kept: 0, dropped: 0 }

  constructor(log: Pick<Logger, 'info' | 'warn'>) {
    this.#log = log
  }

  /** What the cache answers; undefined where it does not. */
  async asking<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await ask()
    } catch (error) {
      if (error instanceof Resting) this.#figures.skipped++
      else this.#figures.failures++
      return undefined
    }
  }

  found(isThere: boolean): void {
    if (isThere) this.#figures.hits++
    else this.#figures.misses++
  }

  kept(): void {
    this.#figures.kept++
  }

  dropped(): void {
    this.#figures.dropped++
  }

  /** Notes, and logs, that something does not answer, or with null that it does again. */
  readonly tell = (what: string, reason: string | null): void => {
    if (reason === null) {
      this.#troubles.delete(what)
      this.#log.info(`the cache ${what} answers again`)
      return
    }
    this.#troubles.set(what, { what, reason, since: new Date() })
    this.#log.warn(`the cache ${what} does not answer, and pages are made without it: ${reason}`)
  }

  forgetTroubles(): void {
    this.#troubles.clear()
  }

  figures(type: CacheFigures['type']): CacheFigures {
    return { type, ...this.#figures, troubles: [...this.#troubles.values()] }
  }
}
