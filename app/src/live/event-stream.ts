import type { ServerResponse } from 'node:http'

/** One server-sent event. */
export interface ServerSentEvent {
  /** Default: `message`, by the browser. */
  event?: string
  id?: string
  /** A newline in it becomes a further `data:` line. */
  data: string
}

export interface EventStreamOptions {
  /** Bytes that may wait for the client; beyond them it is dropped. Default 1 MiB. */
  maxBufferedBytes?: number
  /** Milliseconds between heartbeats; default 15,000. A client that takes nothing for two of them is dropped. */
  heartbeatEvery?: number | undefined
  /** The id that goes with each heartbeat, so that a client without events does not fall behind. */
  lastId?: () => string | undefined
}

/** Headers as Fastify's `reply.getHeaders()` answers them. */
type Headers = Record<string, number | string | string[] | undefined>

/** Why a stream was ended by this side; `revoked`: its user may not stay, or may come again with other rights. */
export type DropReason = 'slow' | 'stopped' | 'failed' | 'revoked'

/** How long the last bytes may take, in milliseconds. */
const farewell = 2_000

/**
 * Server-sent events on a plain response: heartbeat, bounded buffer, an end with a reason. Nothing is
 * written before `open`, so that a refusal can still be answered.
 */
export class EventStream {
  readonly #response: ServerResponse
  readonly #maxBufferedBytes: number
  readonly #heartbeatEvery: number
  readonly #lastId: () => string | undefined
  #timer: NodeJS.Timeout | undefined
  #blocked = false
  #closed = false
  readonly #closing: (() => void)[] = []
  readonly #waiting: (() => void)[] = []

  constructor(response: ServerResponse, options: EventStreamOptions = {}) {
    this.#response = response
    this.#maxBufferedBytes = options.maxBufferedBytes ?? 1024 * 1024
    this.#heartbeatEvery = options.heartbeatEvery ?? 15_000
    this.#lastId = options.lastId ?? (() => undefined)
    response.once('close', () => this.#end())
    response.on('error', () => this.#end())
    response.on('drain', () => this.#release())
  }

  get closed(): boolean {
    return this.#closed || this.#response.destroyed
  }

  /** Calls back when the stream has ended, from whichever side; at once if it has already. */
  onClose(listener: () => void): void {
    if (this.closed) listener()
    else this.#closing.push(listener)
  }

  /** Sends the head, with headers that others have set for this response. */
  open(headers: Headers = {}): void {
    if (this.closed) return
    this.#response.writeHead(200, {
      ...present(headers),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    this.#write(`retry: 2000\n${this.#idLine()}\n`)
    this.#timer = setInterval(() => this.#beat(), this.#heartbeatEvery)
  }

  /** Sends an event; a client whose buffer is full is dropped. */
  send(event: ServerSentEvent): void {
    this.#write(formatEvent(event))
    if (this.#response.writableLength > this.#maxBufferedBytes) this.drop('slow')
  }

  /** Sends formatted events; the promise resolves once the client can take more. */
  write(frames: string): void | Promise<void> {
    if (this.closed || this.#write(frames)) return
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Ends the stream; the client learns why, if it still reads, and comes back by itself. */
  drop(reason: DropReason): void {
    if (this.closed) return
    this.#end()
    if (!this.#response.headersSent) return
    this.#response.end(formatEvent({ event: 'dropped', data: JSON.stringify({ reason }) }))
    setTimeout(() => this.#response.destroy(), farewell).unref()
  }

  #write(text: string): boolean {
    if (this.closed) return true
    return this.#response.write(text)
  }

  #beat(): void {
    const blocked = this.#response.writableNeedDrain
    if (blocked && this.#blocked) this.drop('slow')
    else this.#write(`: beat\n${this.#idLine()}\n`)
    this.#blocked = blocked
  }

  /** An id without data moves the client's cursor and is no event. */
  #idLine(): string {
    const id = this.#lastId()
    return id === undefined ? '' : `id: ${id}\n`
  }

  #end(): void {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#timer)
    this.#release()
    for (const listener of this.#closing.splice(0)) listener()
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

function present(headers: Headers): Record<string, number | string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** The text of one event. */
export function formatEvent({ event, id, data }: ServerSentEvent): string {
  const name = event === undefined ? '' : `event: ${event}\n`
  const cursor = id === undefined ? '' : `id: ${id}\n`
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  return `${name}${cursor}${lines.join('')}\n`
}
