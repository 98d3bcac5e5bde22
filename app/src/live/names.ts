/** What the bus is called inside one database. */
export interface Names {
  /** The schema, quoted for SQL. */
  schema: string
  /** Notified when the sequencer sleeps and somebody published. */
  wakeChannel: string
  /** Notified when events got their positions. */
  eventChannel: string
  /** Notified when a sequencer gives its place up. */
  leadChannel: string
  /** The text whose hash is the class of the advisory locks: 1 leads, 2 sleeps (shared: has messages). */
  lock: string
}

export function namesIn(schema: string): Names {
  const quoted = identifier(schema)
  return {
    schema: quoted,
    wakeChannel: `${quoted}.live_wake`,
    eventChannel: `${quoted}.live_event`,
    leadChannel: `${quoted}.live_lead`,
    lock: `${quoted}.live`,
  }
}

export const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`
