import type { Check, Finding } from '../findings.ts'
import { type Call, listOf } from '../history.ts'
import { type Lease, leases } from '../leases.ts'

/** While a job of a unique key (each name of a job has its own) is surely unfinished (from its call's answer to its last run's end), none other is made. */
export const unique: Check = (history) => {
  const lastEnd = new Map<string, Lease>()
  for (const lease of leases(history)) {
    const before = lastEnd.get(lease.run.id)
    if (!before || lease.to > before.to) lastEnd.set(lease.run.id, lease)
  }
  const byKey = new Map<string, Call[]>()
  for (const call of history.calls.values())
    if (call.uniqueKey !== undefined && call.debounce === undefined && call.stored)
      listOf(byKey, `${call.job} ${call.uniqueKey}`).push(call)

  const findings: Finding[] = []
  for (const [key, calls] of byKey) {
    // The first answer with an id made that job; later ones met it.
    const makers = new Map<string, Call>()
    for (const call of calls.sort((a, b) => (a.stored?.at ?? 0) - (b.stored?.at ?? 0)))
      if (call.stored && !makers.has(call.stored.id)) makers.set(call.stored.id, call)
    for (const [id, { stored }] of makers) {
      const end = lastEnd.get(id)
      if (!stored || !end || history.retries.has(id)) continue
      for (const [other, made] of makers) {
        if (other === id || !made.stored || made.at < stored.at || made.stored.at > end.to) continue
        findings.push({
          kind: 'unique twice',
          text: `The jobs ${id} and ${other} of the key ${key} were there at once.`,
        })
      }
    }
  }
  return findings
}
