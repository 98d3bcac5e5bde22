import type { Logger } from 'pino'

interface Step {
  what: string
  stop: () => Promise<unknown>
}

/** What was started, to be stopped the other way round: stage by stage, the steps of a stage together. */
export class Stops {
  readonly #stages: Step[][] = [[]]
  readonly #log: Logger
  #stopping: Promise<void> | undefined

  constructor(log: Logger) {
    this.#log = log
  }

  /** What is added from now on stops before all that was added so far. */
  stage(): void {
    this.#stages.unshift([])
  }

  add(what: string, stop: () => Promise<unknown>): void {
    this.#stages[0]?.push({ what, stop })
  }

  /** Stops everything, once. One that fails to stop doesn't keep the others running. */
  run(): Promise<void> {
    this.#stopping ??= this.#run()
    return this.#stopping
  }

  async #run(): Promise<void> {
    for (const stage of this.#stages) await Promise.all(stage.map((step) => this.#step(step)))
  }

  async #step({ what, stop }: Step): Promise<void> {
    this.#log.debug(`stopping: ${what}`)
    try {
      await stop()
    } catch (error) {
      this.#log.error({ err: error }, `${what} did not stop well`)
    }
  }
}
