import type { Engine } from '../engine.ts'
import { JobError } from '../errors.ts'
import type { ParentJob } from '../job-status.ts'
import { loadSteps } from '../sql/load-steps.ts'
import { selectParents } from '../sql/select-parents.ts'
import { stillHeld } from '../sql/still-held.ts'
import { storeStep } from '../sql/store-step.ts'
import { causedByData } from '../sql-state.ts'
import type { Json } from '../types.ts'
import type { Run, RunMemory } from './run.ts'

const afterFailure = 500
const lockedPause = 50
const mostParents = 10_000

/** What runs ask the database for, and keep there, between their handler's lines. One that is away is waited for. */
export class Memory implements RunMemory {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async loadSteps(run: Run): Promise<ReadonlyMap<string, string>> {
    const { database } = this.#engine
    const rows = await this.#ask(run, () =>
      database.work<{ name: string; result: string }>(loadSteps(database.schema), [run.id]),
    )
    return new Map(rows.map(({ name, result }) => [name, result]))
  }

  /** Fenced: refused once another claim holds the job. */
  async saveStep(run: Run, name: string, result: string): Promise<void> {
    const { database } = this.#engine
    const { id, token } = run.job
    for (;;) {
      const kept = await this.#ask(run, () =>
        database.work(storeStep(database.schema), [id, token, name, result]),
      )
      if (kept.length > 0) return
      const held = await this.#ask(run, () => database.work(stillHeld(database.schema), [[id], [token]]))
      if (held.length === 0) run.lose()
      // Its row is locked by somebody, for now.
      else await new Promise((resolve) => setTimeout(resolve, lockedPause))
    }
  }

  async parents(run: Run): Promise<ParentJob[]> {
    const { database } = this.#engine
    const rows = await this.#ask(run, () =>
      database.work<ParentJob & Record<string, Json>>(selectParents(database.schema), [run.id, mostParents]),
    )
    return rows.map(({ id, name, state, result, error }) => ({ id, name, state, result, error }))
  }

  async #ask<T>(run: Run, question: () => Promise<T>): Promise<T> {
    for (;;) {
      run.mustHold()
      try {
        return await question()
      } catch (error) {
        if (causedByData(error) || error instanceof JobError) throw error
        this.#engine.report(error)
        await new Promise((resolve) => setTimeout(resolve, afterFailure))
      }
    }
  }
}
