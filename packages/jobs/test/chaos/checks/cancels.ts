import type { Check, Finding } from '../findings.ts'
import { leases } from '../leases.ts'

/** A job whose cancel was answered by `canceled` never runs again, and stays canceled. */
export const cancels: Check = (history) => {
  const findings: Finding[] = []
  for (const { run, from } of leases(history)) {
    const canceled = history.canceled.get(run.id)
    if (canceled !== undefined && from > canceled)
      findings.push({
        kind: 'ran after its cancel',
        text: `The job ${run.id} was canceled, and ran as ${run.run}.`,
      })
  }
  for (const id of history.canceled.keys()) {
    const state = history.final.get(id)?.state
    if (state !== undefined && state !== 'canceled')
      findings.push({ kind: 'cancel undone', text: `The job ${id} was canceled, and is ${state}.` })
  }
  return findings
}
