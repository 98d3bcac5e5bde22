import type { Bell } from './bell.ts'
import { somebodyWatches } from './interest.ts'
import type { Line } from './line.ts'
import type { Mover } from './mover.ts'
import type { Names } from './names.ts'

/** Milliseconds between looks. */
const pace = {
  /** While messages come, and for a second after the last. */
  awake: 20,
  /** While somebody's transaction with messages is open, and for feeds that somebody watches: they wake nobody. */
  expecting: 100,
  /** Asleep, for what a lost notification or a late commit left, while somebody watches. */
  watched: 1_500,
  /** Asleep, and nobody watches. Under the time after which a silent sequencer is replaced. */
  alone: 6_000,
}
const awakeFor = 1_000

interface Leading {
  line: Line
  names: Names
  mover: Mover
  hasFeeds: boolean
  bell: Bell
  stopped: AbortSignal
}

/** Gives positions until this process stops. @throws when the connection is lost, and the lead with it */
export async function lead(leading: Leading): Promise<void> {
  const { line, mover, bell, stopped } = leading
  let lastMoved = performance.now()
  while (!stopped.aborted) {
    line.lost.throwIfAborted()
    const began = performance.now()
    const { moved, more } = await mover.look()
    if (moved > 0) lastMoved = began
    if (more) continue
    if (began - lastMoved < awakeFor) await bell.wait(Math.max(0, began + pace.awake - performance.now()))
    else if (await rest(leading)) lastMoved = performance.now()
  }
}

/** Sleeps until there is something; answers whether there may be. */
async function rest(leading: Leading): Promise<boolean> {
  const { line, names, mover, bell } = leading
  const { rows } = await line.client.query<{ asleep: boolean }>(
    'select pg_try_advisory_lock(hashtext($1), 2) as asleep',
    [names.lock],
  )
  if (!rows[0]?.asleep) {
    // A transaction with messages is open: nobody would wake us when it commits.
    await bell.wait(pace.expecting)
    return false
  }
  try {
    // From here on publishers notify. Whoever did not has ended, so that a look finds theirs.
    const { moved } = await mover.look({ sweep: true })
    return moved > 0 || (await sleep(leading))
  } finally {
    await line.client.query('select pg_advisory_unlock(hashtext($1), 2)', [names.lock])
  }
}

async function sleep({ line, names, mover, hasFeeds, bell, stopped }: Leading): Promise<boolean> {
  let watched = false
  let asked = Number.NEGATIVE_INFINITY
  while (!stopped.aborted) {
    if (performance.now() - asked >= pace.watched) {
      asked = performance.now()
      watched = await somebodyWatches(line.client, names)
    }
    if (await bell.wait(watched ? (hasFeeds ? pace.expecting : pace.watched) : pace.alone)) return true
    line.lost.throwIfAborted()
    const { moved } = await mover.look()
    if (moved > 0) return true
  }
  return false
}
