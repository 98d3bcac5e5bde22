import type { Check, Finding } from '../findings.ts'
import { type FinalJob, type History, listOf, type Run } from '../history.ts'
import { isSandbox } from '../leases.ts'

const quarantined = 'Quarantined'

/** One outcome counts, it is that of a run which still owned the job, and what was told of it stays true. */
export const outcomes: Check = (history) => {
  const runsOf = new Map<string, Run[]>()
  for (const run of history.runs) listOf(runsOf, run.id).push(run)
  return [
    ...acceptedTwice(history),
    ...[...history.final.values()].flatMap((job) => [
      ...resultOfItsRun(job, runsOf.get(job.id) ?? [], history),
      ...attemptsOfRuns(job, runsOf.get(job.id) ?? []),
      ...lastWords(job),
    ]),
  ]
}

function acceptedTwice({ accepted, retries, final }: History): Finding[] {
  const findings: Finding[] = []
  const finished = new Map<string, number>()
  const attempts = new Map<string, number>()
  for (const { id, outcome, attempt } of accepted) {
    if (outcome === 'finished') finished.set(id, (finished.get(id) ?? 0) + 1)
    const state = final.get(id)?.state
    const lasts = outcome === 'finished' || outcome === 'canceled'
    if (lasts && state !== undefined && state !== outcome)
      findings.push({
        kind: 'outcome overturned',
        text: `The job ${id} was told to be ${outcome}, and is ${state}.`,
      })
    if ((outcome === 'failed' || outcome === 'retrying') && attempt !== null)
      attempts.set(`${id} ${attempt}`, (attempts.get(`${id} ${attempt}`) ?? 0) + 1)
  }
  for (const [id, times] of finished)
    if (times > 1) findings.push({ kind: 'finished twice', text: `The job ${id} finished ${times} times.` })
  for (const [key, times] of attempts) {
    const [id = '', attempt] = key.split(' ')
    const lives = 1 + (retries.get(id)?.length ?? 0)
    if (times > lives)
      findings.push({
        kind: 'attempt counted twice',
        text: `Attempt ${attempt} of the job ${id} failed ${times} times in ${lives} life or lives.`,
      })
  }
  return findings
}

function resultOfItsRun(job: FinalJob, runs: Run[], { accepted }: History): Finding[] {
  if (job.state !== 'finished') return []
  const run = runs.find(({ run }) => run === job.run)
  const told = accepted.find(
    ({ id, outcome, run }) => id === job.id && outcome === 'finished' && run !== null,
  )
  const text = `The job ${job.id} finished with the result of ${job.run}`
  if (run?.ended?.how !== 'returned')
    return [{ kind: 'outcome overturned', text: `${text}, a run that did not return.` }]
  if (run.told !== null && run.told < run.ended.at)
    return [
      {
        kind: 'wrote after losing it',
        text: `${text}, which had been told before that the job was taken from it.`,
      },
    ]
  if (told && told.run !== job.run)
    return [
      { kind: 'outcome overturned', text: `${text}, though it had been told to be that of ${told.run}.` },
    ]
  return []
}

/**
 * Only a run that ended by itself, or was told to, is an attempt: no death is, and none that asked for another time. A
 * sandbox may have been ended by force.
 */
function attemptsOfRuns(job: FinalJob, runs: Run[]): Finding[] {
  const ended = runs.filter((run) => {
    if (run.told !== null || (isSandbox(run.process) && !run.ended)) return true
    return run.ended !== null && run.ended.snooze === null
  }).length
  if (job.attempts > ended)
    return [
      {
        kind: 'attempt of no run',
        text: `The job ${job.id} counts ${job.attempts} attempts; ${ended} runs ended.`,
      },
    ]
  const early =
    job.state === 'failed' && !job.error?.startsWith(quarantined) && job.attempts < job.maxAttempts
  if (early)
    return [
      {
        kind: 'given up early',
        text: `The job ${job.id} failed after ${job.attempts} of ${job.maxAttempts} attempts.`,
      },
    ]
  return []
}

/** Each line of a job's log names its run: once another owner has written, the one before must be silent. */
function lastWords({ id, log }: FinalJob): Finding[] {
  const silent = new Set<string>()
  let writing: string | null = null
  for (const run of log) {
    if (silent.has(run))
      return [
        {
          kind: 'wrote after losing it',
          text: `The run ${run} wrote to the log of ${id} after another owner had.`,
        },
      ]
    if (writing !== null && writing !== run) silent.add(writing)
    writing = run
  }
  return []
}
