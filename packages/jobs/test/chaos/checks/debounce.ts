import type { Check, Finding } from '../findings.ts'
import { type Call, type History, listOf } from '../history.ts'

/** Of calls with one key, those that come while the job waits make no second one; it runs with the last one's arguments. */
export const debounce: Check = (history) => {
  const byKey = new Map<string, Call[]>()
  for (const call of history.calls.values())
    if (call.debounce !== undefined) listOf(byKey, `${call.job} ${call.uniqueKey}`).push(call)
  return [...byKey].flatMap(([key, calls]) => [...twice(key, calls, history), ...outdated(calls, history)])
}

/** Another job of the key was made, surely before the first one was due. */
function twice(key: string, calls: Call[], { mayBeCanceled }: History): Finding[] {
  const inOrder = calls.sort((a, b) => a.at - b.at)
  return inOrder.flatMap((one, index): Finding[] => {
    const { stored, at, debounce: wait = 0 } = one
    if (!stored || mayBeCanceled.has(stored.id)) return []
    const other = inOrder
      .slice(index + 1)
      .find((it) => it.at > stored.at && it.stored && it.stored.at < at + wait && it.stored.id !== stored.id)
    if (!other) return []
    const text = `While the job ${stored.id} of the key ${key} waited, ${other.stored?.id} was made.`
    return [{ kind: 'debounced twice', text }]
  })
}

/** Who was answered with a job's id has given it its arguments, before its claim. */
function outdated(calls: Call[], { runs }: History): Finding[] {
  const later = new Map<string, Call>()
  for (const call of calls.sort((a, b) => a.at - b.at)) if (call.stored) later.set(call.stored.id, call)
  return runs.flatMap(({ run, id, call }): Finding[] => {
    const last = later.get(id)
    if (!last || !call?.stored || last.at <= call.stored.at) return []
    const text = `The job ${id} ran with the arguments of ${call.call} (${run}), though ${last.call} came after it.`
    return [{ kind: 'old arguments', text }]
  })
}
