import { type DueFires, dueFires, type FireRule } from './due-fires.ts'
import type { Engine } from './engine.ts'
import { enqueueWithHooks, insertJobs } from './enqueue.ts'
import { storeFire } from './sql/store-fire.ts'
import { takeDueSchedule } from './sql/take-due-schedule.ts'
import { timeToNextFire } from './sql/time-to-next-fire.ts'
import type { SqlClient } from './types.ts'

/** A schedule whose time has come. */
interface DueSchedule extends FireRule {
  name: string
  /** JSON texts. */
  head: string
  args: string
  nextAt: Date
  /** The database's clock. */
  now: Date
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
        [...this.#unreadable],
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
  #fireOne(): Promise<boolean> {
    const { database } = this.#engine
    return database.transaction(async (client) => {
      const { rows } = await client.query<DueSchedule>(takeDueSchedule(database.schema), [
        [...this.#unreadable],
      ])
      const [due] = rows
      if (!due) return false
      const owed = this.#owed(due)
      if (!owed) return true
      await this.#enqueue(client, due, owed.fires)
      await client.query(storeFire(database.schema), [due.name, owed.next, owed.fires.at(-1) ?? null])
      return true
    })
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

  async #enqueue(client: SqlClient, { head, args }: DueSchedule, times: Date[]): Promise<void> {
    if (times.length === 0) return
    const { name, queue, correlation }: { name: string; queue: string; correlation?: string } =
      JSON.parse(head)
    const open = head.slice(0, head.lastIndexOf('}'))
    const jobs = times.map((at) => ({ head: `${open},"at":"${at.toISOString()}"`, args }))
    await enqueueWithHooks(
      this.#engine,
      { name, queue, count: jobs.length, correlationId: correlation ?? null },
      () => insertJobs(client, this.#engine.database.schema, jobs),
    )
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
