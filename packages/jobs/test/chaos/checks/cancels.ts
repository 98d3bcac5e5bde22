import type { Check, Finding } from '../findings.ts'
import type { History } from '../history.ts'
import { leases } from '../leases.ts'

/** A job whose cancel was answered by `canceled` never runs again, and stays canceled; no other is canceled. */
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
  return [...findings, ...inVain(history)]
}

/** Canceled is only what somebody asked to cancel, and what waited for a job that failed or was canceled at some time. */
function inVain({ final, calls, mayBeCanceled, retries }: History): Finding[] {
  const fell = (id: string) => {
    const state = final.get(id)?.state
    return state === 'failed' || state === 'canceled' || retries.has(id)
  }
  return [...final.values()].flatMap((job): Finding[] => {
    const call = job.call === null ? undefined : calls.get(job.call)
    if (job.state !== 'canceled' || mayBeCanceled.has(job.id) || !call) return []
    if (call.afterFailure === 'cancel' && call.after?.some(fell)) return []
    return [{ kind: 'canceled in vain', text: `The job ${job.id} is canceled, and nobody asked for that.` }]
  })
}
