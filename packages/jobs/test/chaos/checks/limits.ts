import type { Check, Finding } from '../findings.ts'
import type { History, Limit, Rules } from '../history.ts'
import { type Lease, leases } from '../leases.ts'

/** From the claim, which the engine counts, to the handler's first line, which is recorded: at most so long, in ms. */
const slack = 500

/** No more run than allowed, by queue and by key, and no more start within any interval. */
export const limits: Check = (history, rules) =>
  [...limited(history, rules)].flatMap(([where, { limit, held }]) => [
    ...tooManyRunning(where, limit, held),
    ...tooManyStarts(where, limit, held, history),
  ])

function limited(history: History, { queues = {} }: Rules): Map<string, { limit: Limit; held: Lease[] }> {
  const groups = new Map<string, { limit: Limit; held: Lease[] }>()
  const add = (where: string, limit: Limit, lease: Lease) => {
    const group = groups.get(where) ?? { limit, held: [] }
    group.held.push(lease)
    groups.set(where, group)
  }
  for (const lease of leases(history)) {
    const { call } = lease.run
    const limit = call ? queues[call.queue] : undefined
    if (!call || !limit) continue
    add(`the queue ${call.queue}`, limit, lease)
    if (limit.perKey && call.limitKey !== undefined)
      add(`the key ${call.limitKey} of the queue ${call.queue}`, limit.perKey, lease)
  }
  return groups
}

function tooManyRunning(where: string, { running }: Limit, held: Lease[]): Finding[] {
  if (running === undefined) return []
  const moments = held.flatMap(({ from, to }) => [
    { at: from, change: 1 },
    { at: to, change: -1 },
  ])
  // Who ends and who begins at the same moment did not run together.
  moments.sort((a, b) => a.at - b.at || a.change - b.change)
  let now = 0
  let most = 0
  for (const { change } of moments) {
    now += change
    most = Math.max(most, now)
  }
  if (most <= running) return []
  return [{ kind: 'too many running', text: `${most} jobs of ${where} ran at once; ${running} may.` }]
}

/**
 * Exactly by the times of the claims that the database kept (of each job's last), and by what the handlers saw, where a
 * start may show up to `slack` late: over k intervals less that, at most k times as many.
 */
function tooManyStarts(where: string, { starts }: Limit, held: Lease[], { final }: History): Finding[] {
  if (!starts) return []
  const { most, per } = starts
  const claims = new Map<string, number>()
  for (const { run } of held) {
    const at = final.get(run.id)?.startedAt
    if (at != null) claims.set(run.id, at)
  }
  const found: Finding[] = []
  const look = (times: number[], length: number, allowed: number) => {
    times.sort((a, b) => a - b)
    const first = times.findIndex(
      (at, index) => (times[index + allowed] ?? Number.POSITIVE_INFINITY) - at < length,
    )
    if (first >= 0)
      found.push({
        kind: 'too many starts',
        text: `More than ${allowed} jobs of ${where} started within ${length} ms.`,
      })
  }
  look([...claims.values()], per - 1, most)
  const begins = held.map(({ from }) => from)
  for (let k = 1; k <= 4; k++) if (k * per > slack) look(begins, k * per - slack, k * most)
  return found
}
