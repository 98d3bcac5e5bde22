import type { Check, Finding } from '../findings.ts'
import { leases } from '../leases.ts'

/** A job runs after all that it waits for have ended, and not at all where it is canceled with them. */
export const flows: Check = (history) => {
  const { calls, final, runs, retries, mayBeCanceled } = history
  const firstRun = new Map<string, number>()
  for (const { id, began } of runs) firstRun.set(id, Math.min(began, firstRun.get(id) ?? began))
  const heldUntil = new Map<string, number>()
  for (const { run, to } of leases(history)) heldUntil.set(run.id, Math.max(to, heldUntil.get(run.id) ?? to))

  const findings: Finding[] = []
  for (const { stored, after = [], afterFailure } of calls.values()) {
    if (!stored || retries.has(stored.id)) continue
    const began = firstRun.get(stored.id)
    const state = final.get(stored.id)?.state
    for (const parent of after) {
      // What was retried may have ended before, and ended again.
      if (retries.has(parent)) continue
      const held = heldUntil.get(parent)
      // A handler that does not hear of its job's cancel goes on after its end.
      if (began !== undefined && held !== undefined && held > began && !mayBeCanceled.has(parent))
        findings.push({
          kind: 'ran before its parent',
          text: `The job ${stored.id} waits for ${parent}, and began while that had not ended.`,
        })
      const fell = ['failed', 'canceled'].includes(final.get(parent)?.state ?? '')
      if (afterFailure === 'cancel' && fell && (began !== undefined || state !== 'canceled'))
        findings.push({
          kind: 'ran despite its parent',
          text: `The job ${stored.id} was to be canceled with ${parent}, and is ${state}.`,
        })
    }
  }
  return findings
}
