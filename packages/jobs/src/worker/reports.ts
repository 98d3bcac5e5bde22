import type { Engine } from '../engine.ts'
import { recordStarts } from '../sql/record-starts.ts'
import { reportProgress } from '../sql/report-progress.ts'
import { stillHeld } from '../sql/still-held.ts'
import { trimLog } from '../sql/trim-log.ts'
import { writeLog } from '../sql/write-log.ts'
import { news } from './endings.ts'
import type { LogLine, Run, RunReports } from './run.ts'

/** A job claimed ahead shows as started once it has run for this long, in ms. */
const showStartAfter = 100
const mostLinesKept = 1_000
const trimEvery = 500
const lockedPause = 50

/**
 * What running jobs say: their start, progress and log, gathered and written a few times a second, fenced like all
 * writes. What a run said is written before its end is.
 */
export class Reports implements RunReports {
  readonly #engine: Engine
  readonly #running: ReadonlyMap<string, Run>
  readonly #dirty = new Set<Run>()
  #timer: NodeJS.Timeout | null = null
  #timerAt = Number.POSITIVE_INFINITY
  #lastWrite = Number.NEGATIVE_INFINITY
  #writing: Promise<void> = Promise.resolve()
  #abandoned = false

  /** @param running all runs, also those that wait until their start is recorded */
  constructor(engine: Engine, running: ReadonlyMap<string, Run>) {
    this.#engine = engine
    this.#running = running
  }

  /** A run began. */
  began(run: Run): void {
    if (run.startRecorded) return
    if (run.job.followed) this.changed(run)
    else this.#writeAt(run.startedAt + showStartAfter)
  }

  /** Resolves when the database knows that this run begins, or that it is lost. */
  async recordStart(run: Run): Promise<void> {
    this.#dirty.add(run)
    await this.flush(run)
  }

  changed(run: Run): void {
    this.#dirty.add(run)
    this.#writeAt(this.#lastWrite + this.#engine.timing.report)
  }

  /** Whether something that a run said is not written yet. */
  owes(run: Run): boolean {
    return this.#dirty.has(run)
  }

  /** Resolves when all that a run said is written, or it is lost. */
  async flush(run: Run): Promise<void> {
    while (this.#dirty.has(run) && !this.#abandoned) {
      await this.#write()
      // Its row is locked by somebody: leave the database some air.
      if (this.#dirty.has(run)) await new Promise((resolve) => setTimeout(resolve, lockedPause))
    }
    await this.#writing
  }

  abandon(): void {
    this.#abandoned = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#dirty.clear()
  }

  #writeAt(at: number): void {
    if (this.#abandoned || (this.#timer && this.#timerAt <= at)) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        void this.#write()
      },
      Math.max(at - performance.now(), 0),
    )
  }

  /** One at a time, so that what was said first is written first. */
  #write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeNow())
    return this.#writing
  }

  async #writeNow(): Promise<void> {
    this.#lastWrite = performance.now()
    const runs = [...this.#dirty]
    try {
      const unstarted = await this.#writeStarts(runs)
      await this.#writeProgress(runs.filter((run) => run.progressDirty))
      await this.#writeLines(runs.filter((run) => run.lines.length > 0))
      for (const run of runs) {
        if (!run.progressDirty && run.lines.length === 0 && !unstarted.has(run)) this.#dirty.delete(run)
      }
    } catch (error) {
      this.#engine.report(error)
      await new Promise((resolve) => setTimeout(resolve, this.#engine.timing.report))
    }
    if (this.#dirty.size > 0) this.#writeAt(this.#lastWrite + this.#engine.timing.report)
    else if (this.#unrecorded().length > 0) this.#writeAt(performance.now() + showStartAfter)
  }

  /** Claimed ahead and running, and the database doesn't know: their start goes with their end, if that comes first. */
  #unrecorded(): Run[] {
    return this.#abandoned ? [] : [...this.#running.values()].filter((run) => !run.startRecorded)
  }

  /** Answers those that are still to be recorded, their rows being locked by somebody. */
  async #writeStarts(dirty: Run[]): Promise<ReadonlySet<Run>> {
    const now = performance.now()
    const due = this.#unrecorded().filter(
      (run) => run.job.followed || now - run.startedAt >= showStartAfter || dirty.includes(run),
    )
    const locked = await this.#send(
      recordStarts,
      due,
      ({ job, startedAt }) => ({ id: job.id, token: job.token, age: now - startedAt }),
      (run) => {
        run.startRecorded = true
      },
    )
    return new Set(locked)
  }

  async #writeProgress(runs: Run[]): Promise<void> {
    const said = new Map(runs.map((run) => [run, { value: run.value, message: run.message }]))
    for (const run of runs) run.progressDirty = false
    const unsaid = await this.#send(
      reportProgress,
      runs,
      (run) => ({ id: run.job.id, token: run.job.token, ...said.get(run) }),
      (run) => {
        const { value, message } = said.get(run) ?? run
        if (value !== null && this.#engine.events.has('progress')) {
          this.#engine.events.emit('progress', { ...news(run), value, message })
        }
      },
    ).catch((error: unknown) => {
      for (const run of runs) run.progressDirty = true
      throw error
    })
    for (const run of unsaid) run.progressDirty = true
  }

  async #writeLines(runs: Run[]): Promise<void> {
    const taken = new Map<Run, LogLine[]>(runs.map((run) => [run, run.lines.splice(0)]))
    const giveBack = (run: Run) => run.lines.unshift(...(taken.get(run) ?? []))
    const now = performance.now()
    const unsaid = await this.#send(
      writeLog,
      runs,
      (run) =>
        (taken.get(run) ?? []).map(({ at, line }) => ({
          id: run.job.id,
          token: run.job.token,
          attempt: run.attempt,
          age: now - at,
          line,
        })),
      (run) => {
        run.linesWritten += taken.get(run)?.length ?? 0
      },
    ).catch((error: unknown) => {
      for (const run of runs) giveBack(run)
      throw error
    })
    for (const run of unsaid) giveBack(run)
    for (const run of runs) if (run.linesWritten > mostLinesKept + trimEvery) await this.#trim(run)
  }

  async #trim(run: Run): Promise<void> {
    const { database } = this.#engine
    await database.work(trimLog(database.schema), [run.job.id])
    run.linesWritten = mostLinesKept
  }

  /** Writes of runs that are lost are dropped, and the runs told; answers those whose rows are only locked for now. */
  async #send<Part>(
    sql: (schema: string) => string,
    runs: Run[],
    part: (run: Run) => Part | Part[],
    written: (run: Run) => void,
  ): Promise<Run[]> {
    if (runs.length === 0) return []
    const { database } = this.#engine
    const rows = await database.work<{ id: string }>(sql(database.schema), [
      JSON.stringify(runs.flatMap(part)),
    ])
    const done = new Set(rows.map(({ id }) => id))
    for (const run of runs) if (done.has(run.job.id)) written(run)
    const missing = runs.filter((run) => !done.has(run.job.id))
    if (missing.length === 0) return []
    const held = await database.work<{ id: string }>(stillHeld(database.schema), [
      missing.map((run) => run.job.id),
      missing.map((run) => run.job.token),
    ])
    const ours = new Set(held.map(({ id }) => id))
    for (const run of missing) if (!ours.has(run.job.id)) this.#lose(run)
    return missing.filter((run) => ours.has(run.job.id))
  }

  #lose(run: Run): void {
    run.lines.length = 0
    run.progressDirty = false
    run.lose()
  }
}
