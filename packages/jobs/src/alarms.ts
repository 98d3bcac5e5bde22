import type { Limits } from './health-limits.ts'
import type { ListenProblem } from './listen.ts'
import { age, mostNames, named, quote } from './sentence.ts'
import { unhandledLimit } from './sql/unhandled-jobs.ts'

/** Something that somebody should do something about. */
export interface JobAlarm {
  code: JobAlarmCode
  /** `critical`: jobs don't run. `warning`: they run late, or will come to that. */
  severity: 'warning' | 'critical'
  /** What is wrong, in a sentence. */
  message: string
  /** What to do. */
  advice: string
}

/** Every alarm there is, the critical ones first, as `docs/reference/health.md` explains them. */
export const alarmSeverities = {
  database_away: 'critical',
  queue_deserted: 'critical',
  schedules_late: 'critical',
  jobs_waiting: 'warning',
  jobs_unhandled: 'warning',
  workers_dead: 'warning',
  listen_deaf: 'warning',
  listen_down: 'warning',
  schedules_failing: 'warning',
  cleaning_held_back: 'warning',
  dead_rows: 'warning',
  indexes_bloated: 'warning',
  partitions_missing: 'warning',
  history_overdue: 'warning',
} as const

export type JobAlarmCode = keyof typeof alarmSeverities

/** What keeps the database from cleaning up what jobs leave behind. */
export interface CleaningHeldBack {
  kind: 'transaction' | 'prepared' | 'slot'
  /** Of its connection; null where it has none. */
  pid: number | null
  /** What its program calls itself, else its user; the name of a prepared transaction or of a replication slot. */
  application: string
  /** How old it is, in seconds; null of a slot, and where it may not be seen. */
  seconds: number | null
  /** How many transactions have begun since. */
  transactions: number
  /** Null while it works. */
  waitsFor: string | null
}

/** What alarms are made of. */
export interface Figures {
  /** Workers that are alive. */
  workers: number
  /** Workers whose beat is older than 15 s and that nobody buried yet. */
  deadWorkers: number
  listen: ListenProblem | null
  /** Queues with due jobs, the longest wait, in seconds, first. */
  waiting: { queue: string; seconds: number; served: boolean }[]
  /** Jobs for which no live worker of their queue has a handler, counted up to 10,000 a name. */
  unhandled: { queue: string; name: string; jobs: number }[]
  /** Schedules whose fire is owed, with for how many seconds, or whose last job failed. */
  failingSchedules: { name: string; late: number | null; failedJob: string | null }[]
  /** The table of unfinished jobs, as the database's statistics count it. */
  table: { liveRows: number; deadRows: number; bytes: number; indexBytes: number } | null
  /** What reaches furthest back, from a second on; null where nothing does, or nothing of it may be seen. */
  cleaningHeldBack: CleaningHeldBack | null
  history: {
    /** For so many days to come history has its partitions; 7 where all is well. */
    daysAhead: number
    /** Partitions that should have been dropped days ago. */
    overdue: number
  } | null
}

const fewDaysAhead = 3
/** Of a replication slot no age is known. */
const manyTransactions = 1_000_000
/** What the indexes may take for a row before they count as bloated. */
const bytesForARow = 1024

type Found = Generator<Omit<JobAlarm, 'severity'>>

/** What of it is worth an alarm, the critical ones first. */
export function alarmsOf(figures: Figures, limits: Limits): JobAlarm[] {
  const found = [
    ...deserted(figures, limits),
    ...waiting(figures, limits),
    ...unhandled(figures),
    ...workersDead(figures),
    ...listening(figures),
    ...schedules(figures),
    ...cleaning(figures, limits),
    ...bloat(figures, limits),
    ...history(figures),
  ]
  const order = Object.keys(alarmSeverities)
  return found
    .map((alarm) => ({ ...alarm, severity: alarmSeverities[alarm.code] }))
    .sort((one, other) => order.indexOf(one.code) - order.indexOf(other.code))
}

function* deserted({ waiting }: Figures, limits: Limits): Found {
  const queues = waiting.filter(({ served, seconds }) => !served && seconds * 1_000 > limits.deserted)
  const [worst] = queues
  if (!worst) return
  const names = queues.map(({ queue }) => quote(queue))
  yield {
    code: 'queue_deserted',
    message: `No live worker serves ${named('the queue', 'the queues', names)}, where the oldest job has waited for ${age(worst.seconds)}.`,
    advice: `Start a worker with queues: [${queues.slice(0, mostNames).map(({ queue }) => `'${queue}'`)}], or pause what is not to run.`,
  }
}

function* waiting({ waiting: queues }: Figures, limits: Limits): Found {
  const slow = queues.filter(({ served, seconds }) => served && seconds * 1_000 > limits.waiting)
  const [worst] = slow
  if (!worst) return
  const names = slow.map(({ queue }) => quote(queue))
  yield {
    code: 'jobs_waiting',
    message: `The oldest due job of ${named('the queue', 'the queues', names)} has waited for ${age(worst.seconds)}.`,
    advice: 'Start more workers or raise their concurrency, and look for jobs that take longer than before.',
  }
}

function* unhandled({ unhandled: kinds }: Figures): Found {
  if (kinds.length === 0) return
  const names = kinds.map(
    ({ queue, name, jobs }) =>
      `${quote(name)} (${jobs === unhandledLimit ? 'at least ' : ''}${jobs} in the queue ${quote(queue)})`,
  )
  yield {
    code: 'jobs_unhandled',
    message: `No live worker has a handler for ${named('the jobs', 'the jobs', names)}.`,
    advice: 'Start a worker whose program defines them with a handler, or cancel them.',
  }
}

function* workersDead({ deadWorkers }: Figures): Found {
  if (deadWorkers === 0) return
  yield {
    code: 'workers_dead',
    message: `${deadWorkers} worker(s) stopped beating; another worker will take over their jobs.`,
    advice:
      'See why their processes ended: killed for want of memory, or a machine that is gone. Where no other worker is up, start one.',
  }
}

function* listening({ listen }: Figures): Found {
  if (!listen) return
  const { kind, message, advice } = listen
  yield { code: kind === 'deaf' ? 'listen_deaf' : 'listen_down', message, advice }
}

function* schedules({ failingSchedules }: Figures): Found {
  const late = failingSchedules.filter((schedule) => schedule.late !== null)
  if (late.length > 0) {
    const longest = Math.max(...late.map((schedule) => schedule.late ?? 0))
    yield {
      code: 'schedules_late',
      message: `Nobody made the fires of ${named(
        'the schedule',
        'the schedules',
        late.map(({ name }) => quote(name)),
      )}, due up to ${age(longest)} ago.`,
      advice:
        'See that a scheduler runs: jobs.scheduler().start(). Where one does, the event `error` of its program tells why it fails.',
    }
  }
  const failed = failingSchedules.filter(({ failedJob }) => failedJob !== null)
  if (failed.length > 0) {
    const names = failed.map(({ name, failedJob }) => `${quote(name)} (job ${failedJob})`)
    yield {
      code: 'schedules_failing',
      message: `The last job of ${named('the schedule', 'the schedules', names)} failed.`,
      advice: 'Read its error with jobs.get(id), mend the cause, and retry it or wait for the next fire.',
    }
  }
}

function* cleaning({ cleaningHeldBack: holder }: Figures, limits: Limits): Found {
  if (!holder) return
  const { kind, pid, application, seconds, transactions, waitsFor } = holder
  if (seconds === null ? transactions < manyTransactions : seconds * 1_000 <= limits.transaction) return
  const since = seconds === null ? `for ${transactions} transactions` : `for ${age(seconds)}`
  const waits = waitsFor === null ? '' : `; it waits for ${waitsFor}`
  const what = {
    transaction: `A transaction of ${application} (process ${pid})`,
    prepared: `The prepared transaction ${quote(application)}`,
    slot: `The replication slot ${quote(application)}`,
  }
  const cure = {
    transaction: `End it in its program, or by select pg_terminate_backend(${pid}). The setting idle_in_transaction_session_timeout ends what was forgotten.`,
    prepared: `End it by rollback prepared '${application}' or commit prepared '${application}', as its program would.`,
    slot: `Connect its standby again, or drop it by select pg_drop_replication_slot('${application}').`,
  }
  yield {
    code: 'cleaning_held_back',
    message: `${what[kind]} has kept the database from cleaning up ${since}${waits}.`,
    advice: `${cure[kind]} Until then dead rows pile up, and claiming takes longer.`,
  }
}

function* bloat({ table }: Figures, limits: Limits): Found {
  if (!table) return
  const { liveRows, deadRows, indexBytes } = table
  if (deadRows > limits.deadRows) {
    yield {
      code: 'dead_rows',
      message: `The table of unfinished jobs has ${deadRows} dead rows beside ${liveRows} live ones.`,
      advice:
        'See that autovacuum is on and that nothing holds it back; run vacuum on the table "job" of the engine\'s schema at a quiet time.',
    }
  }
  if (indexBytes > limits.indexBytes && indexBytes > bytesForARow * (liveRows + deadRows)) {
    yield {
      code: 'indexes_bloated',
      message: `The indexes of the table of unfinished jobs take ${Math.ceil(indexBytes / 1024 / 1024)} MiB for ${liveRows} rows.`,
      advice: 'Run reindex table concurrently on the table "job" of the engine\'s schema.',
    }
  }
}

function* history({ history: state }: Figures): Found {
  if (!state) return
  if (state.daysAhead < fewDaysAhead) {
    yield {
      code: 'partitions_missing',
      message: `History has partitions for ${state.daysAhead} day(s) to come, where workers make seven.`,
      advice:
        'See that a worker runs, and that its database user owns the tables; the event `error` tells why making them fails.',
    }
  }
  if (state.overdue > 0) {
    yield {
      code: 'history_overdue',
      message: `${state.overdue} partition(s) of history are past their retention and still there.`,
      advice:
        'See that a worker runs, and that no transaction that reads history is left open; the event `error` tells why dropping them fails.',
    }
  }
}
