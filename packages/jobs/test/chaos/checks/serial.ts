import type { Check, Finding } from '../findings.ts'
import { type History, listOf } from '../history.ts'
import { type Lease, leases } from '../leases.ts'

/**
 * Jobs of one serial key run one at a time and in order. "Before" is meant as a caller can tell it: a job whose call was
 * answered before another's was made runs, with all its attempts, before that one begins.
 */
export const serial: Check = (history) => {
  const byKey = new Map<string, Lease[]>()
  for (const lease of leases(history)) {
    const { call } = lease.run
    if (call?.serialKey !== undefined) listOf(byKey, `${call.queue} ${call.serialKey}`).push(lease)
  }
  return [...byKey].flatMap(([key, held]) => [...overlaps(key, held), ...misorder(key, held, history)])
}

function overlaps(key: string, held: Lease[]): Finding[] {
  const findings: Finding[] = []
  let longest: Lease | null = null
  for (const lease of held) {
    if (longest && lease.from < longest.to && lease.run.id !== longest.run.id)
      findings.push({
        kind: 'serial overlap',
        text: `The jobs ${longest.run.id} and ${lease.run.id} of the key ${key} ran at once (${longest.run.run}, ${lease.run.run}).`,
      })
    if (!longest || lease.to > longest.to) longest = lease
  }
  return findings
}

interface Served {
  id: string
  asked: number
  answered: number
  first: number
  last: number
}

function misorder(key: string, held: Lease[], { retries }: History): Finding[] {
  const jobs = new Map<string, Served>()
  for (const { run, from } of held) {
    const { call } = run
    if (!call?.plain || retries.has(run.id)) continue
    const answered = call.stored?.at ?? Number.POSITIVE_INFINITY
    const job = jobs.get(run.id) ?? { id: run.id, asked: call.at, answered, first: from, last: from }
    job.last = from
    jobs.set(run.id, job)
  }
  const findings: Finding[] = []
  const answered = [...jobs.values()].sort((a, b) => a.answered - b.answered)
  let next = 0
  let latest: Served | null = null
  for (const job of [...jobs.values()].sort((a, b) => a.asked - b.asked)) {
    for (let before = answered[next]; before && before.answered < job.asked; before = answered[++next])
      if (!latest || before.last > latest.last) latest = before
    if (latest && latest.last > job.first)
      findings.push({
        kind: 'serial order',
        text: `The job ${latest.id} of the key ${key} was stored before ${job.id}, and ran after it.`,
      })
  }
  return findings
}
