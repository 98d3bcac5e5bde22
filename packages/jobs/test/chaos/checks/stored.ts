import type { Check, Finding } from '../findings.ts'
import { listOf } from '../history.ts'

const ended = ['finished', 'failed', 'canceled']

/** What was acknowledged is there and came to an end; what was rolled back, or never asked for, is not there. */
export const stored: Check = ({ calls, final, runs }) => {
  const findings: Finding[] = []
  const byCall = new Map<string, string[]>()
  for (const job of final.values()) if (job.call !== null) listOf(byCall, job.call).push(job.id)

  for (const call of calls.values()) {
    const ids = byCall.get(call.call) ?? []
    if (ids.length > 1)
      findings.push({ kind: 'stored twice', text: `The call ${call.call} made the jobs ${ids.join(', ')}.` })
    if (call.rolledBack && ids.length > 0)
      findings.push({
        kind: 'stored though refused',
        text: `The call ${call.call} was rolled back, and made ${ids[0]}.`,
      })
    if (!call.stored) continue
    const job = final.get(call.stored.id)
    const what = `The job ${call.stored.id} (${call.job}, call ${call.call})`
    if (!job) findings.push({ kind: 'lost', text: `${what} was acknowledged, and is not there.` })
    else if (job.call !== call.call && call.uniqueKey === undefined)
      findings.push({
        kind: 'lost',
        text: `${what} was acknowledged, but that id is the job of ${job.call}.`,
      })
  }
  for (const job of final.values()) {
    if (job.call !== null && !calls.has(job.call))
      findings.push({ kind: 'invented', text: `Nobody asked for the job ${job.id} (call ${job.call}).` })
    if (!ended.includes(job.state) && !job.later)
      findings.push({
        kind: 'stuck',
        text: `The job ${job.id} (${job.name}, call ${job.call}) is still ${job.state}.`,
      })
  }
  for (const run of runs) {
    if (run.call?.rolledBack)
      findings.push({
        kind: 'stored though refused',
        text: `The call ${run.call.call} was rolled back, and ran.`,
      })
    else if (!final.has(run.id))
      findings.push({ kind: 'lost', text: `The job ${run.id} ran (${run.run}), and is not there.` })
  }
  return findings
}
