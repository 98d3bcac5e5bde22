import type { Engine } from '../engine.ts'
import { JobError } from '../errors.ts'
import type { JobEvents } from '../events.ts'
import type { Hooks } from '../hooks.ts'

const kinds = ['finished', 'failed', 'retrying', 'snoozed', 'canceled'] as const
type Kind = (typeof kinds)[number]

/** What became of the runs, each list in the order in which it came about. */
export type Drained = { [Name in Kind]: JobEvents[Name][] }

const mostTold = 10

/** Gathers what becomes of the runs of this process, from now to `end`. */
export class Outcomes {
  readonly #engine: Engine
  readonly #seen: Drained = { finished: [], failed: [], retrying: [], snoozed: [], canceled: [] }
  readonly #forget: (() => void)[]
  /** As the handler threw it, with its stack. */
  #firstThrown: unknown

  constructor(engine: Engine) {
    this.#engine = engine
    const hooks: Hooks = { run: (_call, next) => this.#watch(next) }
    engine.hooks.push(hooks)
    this.#forget = [
      ...kinds.map((kind) => this.#listen(kind)),
      () => engine.hooks.splice(engine.hooks.indexOf(hooks), 1),
    ]
  }

  end(): Drained {
    for (const forget of this.#forget.splice(0)) forget()
    return this.#seen
  }

  /** @throws JobError.Failed where an attempt failed, with the first one's error as its cause */
  refuseFailures(): void {
    const { failed, retrying } = this.#seen
    const all = [...failed, ...retrying]
    if (all.length === 0) return
    const told = all
      .slice(0, mostTold)
      .map(({ name, id, attempt, error }) => `- ${name} (job ${id}, attempt ${attempt}): ${error}`)
    throw new JobError.Failed(
      `${all.length === 1 ? 'An attempt' : `${all.length} attempts`} failed:\n${told.join('\n')}`,
      { cause: this.#firstThrown },
    )
  }

  #listen<Name extends Kind>(kind: Name): () => void {
    const list: JobEvents[Name][] = this.#seen[kind]
    const listener = (event: JobEvents[Name]) => void list.push(event)
    this.#engine.events.on(kind, listener)
    return () => this.#engine.events.off(kind, listener)
  }

  async #watch<T>(next: () => Promise<T>): Promise<T> {
    try {
      return await next()
    } catch (error) {
      if (!(error instanceof JobError.Snooze)) this.#firstThrown ??= error
      throw error
    }
  }
}
