import { getHeapStatistics } from 'node:v8'
import { isMainThread } from 'node:worker_threads'
import { asJob } from '../current-job.ts'
import { encodeResult } from '../json.ts'
import { type HandlerFunction, type HandlerPlace, importHandler } from './handler-module.ts'
import { InsideJob } from './inside-job.ts'
import type { FromSandbox, Order, ToSandbox } from './messages.ts'
import { Questions } from './questions.ts'
import { sentError } from './sent-error.ts'

/** A sandbox's way to its worker. */
export interface Wire {
  send(message: FromSandbox): void
  onMessage(listener: (message: ToSandbox) => void): void
  /** Ends this thread or process. */
  end(): void
}

const handlers = new Map<string, Promise<HandlerFunction>>()
const megabyte = 1_048_576

/** Runs what the worker sends, one attempt at a time. */
export function run(wire: Wire): void {
  let current: InsideJob | null = null
  let questions: Questions | null = null
  wire.onMessage((message) => {
    if (message.kind === 'run') {
      const { run } = message
      const asked = new Questions((ask, question) => wire.send({ kind: 'ask', run, ask, question }))
      questions = asked
      current = new InsideJob(message, {
        send: (said) => wire.send({ kind: 'said', run, ...said }),
        ask: (question) => asked.ask(question),
      })
      void attempt(message, current, wire)
    } else if (current?.run === message.run) {
      if (message.kind === 'abort') current.abort(message.code, message.message)
      else if (message.kind === 'answer') questions?.answered(message)
      else current.heard(message.count)
    }
  })
  process.on('uncaughtException', (error) => {
    wire.send({ kind: 'died', error: sentError(error) })
    // By then the message has left.
    setImmediate(() => wire.end())
  })
  wire.send({ kind: 'up' })
}

async function attempt({ run, handler, args }: Order, job: InsideJob, wire: Wire): Promise<void> {
  const outcome = await outcomeOf(async () => {
    const work = await known(handler)
    wire.send({ kind: 'begun', run })
    return encodeResult(await asJob(job, () => work(...parsed(args))))
  })
  wire.send({ kind: 'ended', run, outcome, used: used(), ...job.end() })
}

async function outcomeOf(work: () => Promise<string>) {
  try {
    return { result: await work() }
  } catch (error) {
    return { error: sentError(error) }
  }
}

/** A module that could not be loaded is tried again: an answer of nothing but failure would stay for ever. */
function known(place: HandlerPlace): Promise<HandlerFunction> {
  const key = `${place.url}#${place.name}`
  let found = handlers.get(key)
  if (!found) {
    found = importHandler(place, (url) => import(url))
    found.catch(() => handlers.delete(key))
    handlers.set(key, found)
  }
  return found
}

function parsed(args: Order['args']): readonly unknown[] {
  const list: unknown = typeof args === 'string' ? JSON.parse(args) : args
  return Array.isArray(list) ? list : []
}

/** In a thread its own heap, in a process all of it. */
function used(): number {
  return (isMainThread ? process.memoryUsage.rss() : getHeapStatistics().used_heap_size) / megabyte
}
