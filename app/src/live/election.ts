import type { Bell } from './bell.ts'
import type { Line } from './line.ts'
import type { Names } from './names.ts'

/** How long until a place without a sequencer is seen, in milliseconds: while this process publishes or watches, and else. */
const looks = { busy: 500, idle: 5_000 }

/** A sequencer looks every 6 s at least. One that is silent for longer hangs, or its machine is gone. */
const silentFor = '10 s'
const listenEvery = 2_000

/**
 * Waits until this session holds the lock that makes its process the sequencer. It asks again and again:
 * a statement that waits for the lock would hold a snapshot, and so hold back cleaning in all of the database.
 */
export async function waitForLead(
  line: Line,
  names: Names,
  { bell, busy, stopped }: { bell: Bell; busy: () => boolean; stopped: AbortSignal },
): Promise<boolean> {
  let listened = performance.now()
  while (!stopped.aborted) {
    line.lost.throwIfAborted()
    const { rows } = await line.client.query<{ leads: boolean }>(
      'select pg_try_advisory_lock(hashtext($1), 1) as leads',
      [names.lock],
    )
    if (rows[0]?.leads) return true
    if (performance.now() - listened >= listenEvery) {
      listened = performance.now()
      await endSilentLeader(line, names)
    }
    await bell.wait(busy() ? looks.busy : looks.idle)
  }
  return false
}

/**
 * Ends the session of a sequencer that says nothing, by the server's clock alone. Its event loop may be
 * blocked by a handler's work; it can take part again later, and with its session gone it can't give positions.
 */
async function endSilentLeader(line: Line, { lock }: Names): Promise<void> {
  await line.client.query(
    `select pg_terminate_backend(a.pid)
     from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and l.objsubid = 2
       and l.database = (select oid from pg_database where datname = current_database())
       and l.classid::bigint = hashtext($1)::bigint & 4294967295 and l.objid = 1
       and a.state <> 'active' and clock_timestamp() - a.state_change > interval '${silentFor}'`,
    [lock],
  )
}
