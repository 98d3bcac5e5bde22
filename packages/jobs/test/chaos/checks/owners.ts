import type { Check, Finding } from '../findings.ts'
import { listOf } from '../history.ts'
import { type Lease, leases } from '../leases.ts'

/**
 * A job has one owner. Two runs of it may overlap ("at least once") only where the first one's process was dead, did not
 * get to run, was cut off or had handed the job back, or its handler had been told. And none begins after an end that
 * was stored.
 */
export const owners: Check = (history) => {
  const findings: Finding[] = []
  const byJob = new Map<string, Lease[]>()
  for (const lease of leases(history)) listOf(byJob, lease.run.id).push(lease)

  for (const [id, held] of byJob) {
    for (const [index, one] of held.entries()) {
      const next = held[index + 1]
      if (next && next.from < one.to)
        findings.push({
          kind: 'two owners',
          text: `The job ${id} ran as ${one.run.run} and ${next.run.run} at once.`,
        })
    }
  }

  for (const { id, outcome, at } of history.accepted) {
    if (outcome === 'retrying' || outcome === 'snoozed') continue
    const again = history.retries.get(id)?.[0] ?? Number.POSITIVE_INFINITY
    const late = byJob.get(id)?.find(({ from }) => from > at && from < again)
    if (late)
      findings.push({
        kind: 'ran after its end',
        text: `The job ${id} was ${outcome}, and ran again as ${late.run.run}.`,
      })
  }
  return findings
}
