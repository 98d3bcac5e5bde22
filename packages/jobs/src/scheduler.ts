import type { ClientBase, Pool } from 'pg'
import { dueFires } from './due-fires.ts'
import { millisecondsToNextFire } from './sql/next-fire.ts'
import { storeFire } from './sql/store-fire.ts'
import { type DueSchedule, takeDueSchedule } from './sql/take-due-schedule.ts'

/** What a scheduler needs of its manager. */
export interface SchedulerHost {
  pool: Pool
  /** Quoted. */
  schema: string
  /** Resolves when the tables are there. */
  ready(): Promise<void>
  transaction<T>(work: (client: ClientBase) => Promise<T>): Promise<T>
  /** Enqueues a job of a schedule for each time. */
  enqueue(client: ClientBase, schedule: DueSchedule, times: Date[]): Promise<void>
  /** Calls back when schedules have changed; answers how to stop that. */
  onSchedulesChanged(listener: () => void): () => void
  report(error: unknown): void
}

/** Looks at the latest so often, in ms: a lost notification or a clock that was set costs no more. */
const longestSleep = 5_000
const afterError = 1_000

/**
 * Enqueues the jobs of schedules when their time has come. Any number may run: a schedule is locked while it fires, and
 * its next time is stored in the transaction that enqueues. The database's clock alone decides.
 */
export class Scheduler {
  readonly #host: SchedulerHost
  /** Schedules that this program can't read; another may. */
  readonly #unreadable = new Set<string>()
  #run: Promise<void> | null = null
  #stopped = true
  #changed = false
  #endSleep: () => void = () => {}

  constructor(host: SchedulerHost) {
    this.#host = host
  }

  /** Begins to fire; rejects when the tables can't be made. Does nothing while it runs. */
  async start(): Promise<void> {
    if (!this.#stopped) return
    this.#stopped = false
    try {
      await this.#host.ready()
    } catch (error) {
      this.#stopped = true
      throw error
    }
    if (!this.#stopped) this.#run = this.#loop()
  }

  /** Resolves when the fire in hand, if any, is stored. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#endSleep()
    await this.#run
    this.#run = null
  }

  async #loop(): Promise<void> {
    const forget = this.#host.onSchedulesChanged(() => {
      this.#unreadable.clear()
      this.#changed = true
      this.#endSleep()
    })
    while (!this.#stopped) {
      this.#changed = false
      await this.#sleep(await this.#pass())
    }
    forget()
  }

  /** Fires all that is due; answers for how long to sleep. */
  async #pass(): Promise<number> {
    const { pool, schema, report } = this.#host
    try {
      while (!this.#stopped && (await this.#fireOne())) {}
      const ms = await millisecondsToNextFire(pool, schema, [...this.#unreadable])
      return Math.min(ms ?? longestSleep, longestSleep)
    } catch (error) {
      report(error)
      return afterError
    }
  }

  /** False when none is due. */
  #fireOne(): Promise<boolean> {
    const { schema, enqueue, transaction } = this.#host
    return transaction(async (client) => {
      const due = await takeDueSchedule(client, schema, [...this.#unreadable])
      if (!due) return false
      const owed = this.#read(due)
      if (!owed) return true
      if (owed.fires.length > 0) await enqueue(client, due, owed.fires)
      await storeFire(client, schema, due.name, owed.next, owed.fires.at(-1) ?? null)
      return true
    })
  }

  #read(due: DueSchedule) {
    try {
      return dueFires(due, due.nextAt, due.now)
    } catch (cause) {
      this.#unreadable.add(due.name)
      this.#host.report(
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
