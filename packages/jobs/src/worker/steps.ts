import { JobError } from '../errors.ts'
import { encodeResult } from '../json.ts'
import { name as checkName } from '../options.ts'

/** Where a run's steps are kept; both refuse once the run owns its job no more. */
export interface StepStore {
  /** JSON texts of what this job's attempts have stored so far, by name. */
  load(): Promise<ReadonlyMap<string, string>>
  save(name: string, result: string): Promise<void>
}

/** The steps of one run: each name is worked for once, here or in an attempt before. */
export class Steps {
  readonly #store: StepStore
  readonly #answers = new Map<string, Promise<string>>()
  #stored: Promise<ReadonlyMap<string, string>> | null = null

  constructor(store: StepStore) {
    this.#store = store
  }

  /** Answers what is stored, in the first run too: later ones see nothing else. */
  async run<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    checkName(name, 'name of a step')
    if (typeof work !== 'function') {
      throw new JobError.Invalid(`The step ${JSON.stringify(name)} must be given a function that does it.`)
    }
    return JSON.parse(await this.#answer(name, work))
  }

  #answer(name: string, work: () => unknown): Promise<string> {
    const begun = this.#answers.get(name)
    if (begun) return begun
    const answer = this.#once(name, work)
    this.#answers.set(name, answer)
    // A handler may catch what a step threw, and take it again.
    answer.catch(() => this.#answers.delete(name))
    return answer
  }

  async #once(name: string, work: () => unknown): Promise<string> {
    const before = (await this.#load()).get(name)
    if (before !== undefined) return before
    const result = encodeResult(await work(), `the answer of step ${JSON.stringify(name)}`)
    await this.#store.save(name, result)
    return result
  }

  #load(): Promise<ReadonlyMap<string, string>> {
    this.#stored ??= this.#store.load().catch((error: unknown) => {
      this.#stored = null
      throw error
    })
    return this.#stored
  }
}
