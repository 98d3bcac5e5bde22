import type { Socket } from 'socket.io'
import type { LiveEvent } from './messages.ts'

type Connection = Socket['conn']

/**
 * Sends events to one connection; resolves once its transport has taken them all. Each event is encoded
 * once for all connections, as Socket.IO's own broadcast does it.
 */
export function sendEvents(connection: Connection, events: readonly LiveEvent[]): Promise<void> {
  const packets = events.flatMap(packetsOf)
  const last = packets.pop()
  if (last === undefined) return Promise.resolve()
  for (const packet of packets) connection.send(packet)
  return new Promise((resolve) => {
    connection.send(last, {}, () => resolve())
  })
}

const encoded = new WeakMap<LiveEvent, string[]>()

function packetsOf(event: LiveEvent): string[] {
  let packets = encoded.get(event)
  if (!packets) {
    packets = namesOf(event).map((name) => encode(name, payloadOf(event)))
    encoded.set(event, packets)
  }
  return packets
}

/** Older pages listen for an event of this name, beside `message`. */
const namesOf = ({ type }: LiveEvent) =>
  type === 'process-result' ? ['message', 'process-results'] : ['message']

const payloadOf = ({ extra, type, detail, cursor }: LiveEvent) => ({ ...extra, type, detail, cursor })

/** An EVENT packet of the main namespace, as in version 5 of the Socket.IO protocol. */
const encode = (name: string, payload: unknown) => `2${JSON.stringify([name, payload])}`
