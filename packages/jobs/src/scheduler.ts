import type { PoolClient } from 'pg'
import { type Canceled, tellCanceled } from './cancel.ts'
import { type DueFires, dueFires, type FireRule } from './due-fires.ts'
import type { Engine } from './engine.ts'
import { enqueueRuns, inFire, type LockedSchedule, unfinishedOf } from './fire.ts'
import { withoutOverlap } from './overlap.ts'
import { storeFire } from './sql/store-fire.ts'
import { takeDueSchedule } from './sql/take-due-schedule.ts'
import { timeToNextFire } from './sql/time-to-next-fire.ts'

/** A schedule whose time has come. */
interface DueSchedule extends FireRule, LockedSchedule {
  nextAt: Date
}

/** Looks at the latest so often, in ms: a lost notification or a clock that was set costs no more. */
const longestSleep = 5_000
const afterError = 1_000

/**
 * Enqueues the jobs of schedules when their time has come. Any number may run: a schedule is locked while it fires, and
 * its next time is stored in the transaction that enqueues. The database's clock alone decides.
 */
export class Scheduler {
  readonly #engine: Engine
  /** Schedules that this program can't read; another may. */
  readonly #unreadable = new Set<string>()
  /** Schedules whose fire has just failed. */
  readonly #aside = new Set<string>()
  #loop: Promise<void> | null = null
  #stopped = true
  #changed = false
  #endSleep: () => void = () => {}

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Begins to fire; rejects when the tables can't be made. Does nothing while it runs. */
  async start(): Promise<void> {
    if (!this.#stopped) return
    this.#stopped = false
    try {
      await this.#engine.database.ready()
    } catch (error) {
      this.#stopped = true
      throw error
    }
    if (!this.#stopped) this.#loop = this.#run()
  }

  /** Resolves when the fire in hand, if any, is stored. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#endSleep()
    await this.#loop
    this.#loop = null
  }

  async #run(): Promise<void> {
    const forget = this.#engine.listener.use(({ kind }) => {
      if (kind === 'schedule' || kind === 'reconnected') this.#look()
    })
    while (!this.#stopped) {
      this.#changed = false
      await this.#sleep(await this.#fireAll())
    }
    await forget()
  }

  #look(): void {
    this.#unreadable.clear()
    this.#changed = true
    this.#endSleep()
  }

  /** Fires all that is due; answers for how many milliseconds to sleep. */
  async #fireAll(): Promise<number> {
    const { database } = this.#engine
    try {
      while (!this.#stopped && (await this.#fireOne())) {}
      const [next] = await database.query<{ ms: number | null }>(timeToNextFire(database.schema), [
        this.#leftAlone(),
      ])
      return Math.min(next?.ms ?? longestSleep, longestSleep)
    } catch (error) {
      this.#engine.report(
        new Error('The scheduler could not look for what is due; it tries again.', { cause: error }),
      )
      return afterError
    }
  }

  /** False when none is due. */
  async #fireOne(): Promise<boolean> {
    let taken: DueSchedule | undefined
    try {
      const canceled = await inFire(this.#engine, async (client) => {
        taken = await this.#take(client)
        return taken && this.#fire(client, taken)
      })
      for (const each of canceled ?? []) await tellCanceled(this.#engine, each)
      return canceled !== undefined
    } catch (error) {
      // The others must not wait for one whose fire fails.
      if (!taken) throw error
      this.#putAside(taken.name)
      this.#engine.report(
        new Error(`The schedule ${JSON.stringify(taken.name)} could not fire; it is tried again.`, {
          cause: error,
        }),
      )
      return true
    }
  }

  async #take(client: PoolClient): Promise<DueSchedule | undefined> {
    const sql = takeDueSchedule(this.#engine.database.schema)
    const { rows } = await client.query<DueSchedule>(sql, [this.#leftAlone()])
    return rows[0]
  }

  /** The look for unfinished jobs and the fire are one transaction; answers what it canceled. */
  async #fire(client: PoolClient, due: DueSchedule): Promise<Canceled[]> {
    const owed = this.#owed(due)
    if (!owed) return []
    const unfinished = owed.fires.length > 0 ? await unfinishedOf(this.#engine, client, due) : due.runs
    const { fires, skipped } = withoutOverlap(due, owed.fires, unfinished.length > 0)
    const { runs, canceled } = await enqueueRuns(this.#engine, client, due, fires, unfinished)
    const last = fires.at(-1) ?? null
    const values = [due.name, owed.next, last, runs, owed.missed, skipped]
    await client.query(storeFire(this.#engine.database.schema), values)
    return canceled
  }

  #leftAlone(): string[] {
    return [...this.#unreadable, ...this.#aside]
  }

  #putAside(name: string): void {
    this.#aside.add(name)
    setTimeout(() => {
      this.#aside.delete(name)
      this.#endSleep()
    }, afterError).unref()
  }

  #owed(due: DueSchedule): DueFires | null {
    try {
      return dueFires(due, due.nextAt, due.now)
    } catch (cause) {
      this.#unreadable.add(due.name)
      this.#engine.report(
        new Error(`This program can't read the schedule ${JSON.stringify(due.name)}.`, { cause }),
      )
      return null
    }
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#stopped || this.#changed) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(ms, 0))
      this.#endSleep = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
