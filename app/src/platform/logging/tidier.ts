import { tidyLogs } from './tidy.ts'

/** After a file was completed, and every hour; by one of the processes or by several. */
const pause = 2_000
/** The start itself is not to wait for it. */
const afterStart = 10_000
const hour = 3_600_000

/** Compresses and clears away in the background, one file after the other; what a crash leaves undone the next does. */
export class Tidier {
  readonly #options: { folder: string; days: number }
  #timer: NodeJS.Timeout | undefined
  #soon = false
  #running = false

  constructor(options: { folder: string; days: number }) {
    this.#options = options
    this.#again(afterStart)
  }

  soon(): void {
    if (this.#soon) return
    this.#soon = true
    if (!this.#running) this.#again(pause)
  }

  #again(wait: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#run(), wait).unref()
  }

  async #run(): Promise<void> {
    this.#soon = false
    this.#running = true
    const { folder, days } = this.#options
    try {
      await tidyLogs(folder, { before: new Date(Date.now() - days * 86_400_000) })
    } catch (error) {
      process.stderr.write(`The log can't be tidied: ${error instanceof Error ? error.message : error}\n`)
    }
    this.#running = false
    this.#again(this.#soon ? pause : hour)
  }
}
