import { Session } from 'node:inspector'

interface Watched {
  /** MB. */
  limit: number
  over: () => void
  /** The inspector's name for the thread; null until it is attached to. */
  session: string | null
  /** It was asked and has not answered. */
  asked: boolean
}

const every = 50
const megabyte = 1_048_576

/*
 * A thread that computes can't be asked by messages, and its own V8 limit ends the process where it is leapt over. The
 * inspector's questions interrupt a thread at work; a session inside the process opens no port.
 */
const watched = new Map<number, Watched>()
let session: Session | null = null
let timer: NodeJS.Timeout | null = null

/** Calls back once when the thread's JavaScript heap holds more than `limit` MB. Answers how to end the watch. */
export function watchHeap(threadId: number, limit: number, over: () => void): () => void {
  const entry: Watched = { limit, over, session: attached.get(threadId) ?? null, asked: false }
  watched.set(threadId, entry)
  session ??= open()
  timer ??= setInterval(askAll, every).unref()
  return () => {
    if (watched.get(threadId) === entry) watched.delete(threadId)
    if (watched.size === 0 && timer) {
      clearInterval(timer)
      timer = null
    }
  }
}

/** Threads of this process by their number, while they live. */
const attached = new Map<number, string>()

function open(): Session {
  const opened = new Session()
  opened.connect()
  opened.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
    const threadId = Number(/^\[worker (\d+)\]/.exec(workerInfo.title)?.[1])
    attached.set(threadId, sessionId)
    const entry = watched.get(threadId)
    if (entry) entry.session = sessionId
  })
  opened.on('NodeWorker.detachedFromWorker', ({ params: { sessionId } }) => {
    for (const [threadId, known] of attached) if (known === sessionId) attached.delete(threadId)
  })
  opened.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId, message } }) => {
    for (const entry of watched.values()) if (entry.session === sessionId) answered(entry, message)
  })
  opened.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
  return opened
}

function askAll(): void {
  for (const entry of watched.values()) {
    if (entry.asked || entry.session === null) continue
    entry.asked = true
    session?.post('NodeWorker.sendMessageToWorker', {
      sessionId: entry.session,
      message: '{"id":1,"method":"Runtime.getHeapUsage"}',
    })
  }
}

function answered(entry: Watched, message: string): void {
  entry.asked = false
  const { result }: { result?: { usedSize?: number } } = JSON.parse(message)
  if ((result?.usedSize ?? 0) / megabyte <= entry.limit) return
  for (const [threadId, known] of watched) if (known === entry) watched.delete(threadId)
  entry.over()
}
