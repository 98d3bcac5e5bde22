import type { Check, Finding } from '../findings.ts'
import { type History, listOf } from '../history.ts'
import { type Lease, leases } from '../leases.ts'

/** The database's clock is the kernel's, which may be set while it runs, in ms. */
const slack = 50

/** No job runs before its time: that of its call, that of the last call with its key, that for which it asked itself. */
export const due: Check = (history) => [...beforeItsCall(history), ...beforeItWoke(history)]

function beforeItsCall({ runs }: History): Finding[] {
  return runs.flatMap(({ run, id, began, call }): Finding[] => {
    const wait = call?.debounce ?? call?.delay ?? 0
    if (!call || began >= call.at + wait - slack) return []
    const text = `The job ${id} was due ${wait} ms after its call, and ran after ${Math.round(began - call.at)} (${run}).`
    return [{ kind: 'ran too early', text }]
  })
}

/** Only where its worker was told that the snooze is stored; another may have had the job by then. */
function beforeItWoke(history: History): Finding[] {
  const byJob = new Map<string, Lease[]>()
  for (const lease of leases(history)) listOf(byJob, lease.run.id).push(lease)
  return history.accepted.flatMap(({ id, outcome, process, at }): Finding[] => {
    if (outcome !== 'snoozed') return []
    const held = byJob.get(id) ?? []
    const asleep = held.findLast(({ run }) => run.process === process && run.ended && run.ended.at <= at)?.run
    const next = held.find(({ from }) => asleep && from > asleep.began)
    if (!asleep?.ended?.snooze || !next || next.from >= asleep.ended.at + asleep.ended.snooze - slack)
      return []
    const text = `The job ${id} was to sleep for ${asleep.ended.snooze} ms, and ran after ${Math.round(next.from - asleep.ended.at)} (${next.run.run}).`
    return [{ kind: 'ran too early', text }]
  })
}
