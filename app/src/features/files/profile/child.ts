/*
 * The process that profiles one file. It has its parent's channel and nothing else; when the parent is gone,
 * so is it.
 */
import { type ProfileRequest, profileFile } from './profile.ts'
import { type ColumnProfile, type Summary, UnreadableFile } from './report.ts'

/** What it says. Columns come in pieces: a wide table has 20,000. */
export type ChildMessage =
  | { type: 'progress'; share: number }
  | { type: 'columns'; columns: ColumnProfile[] }
  | { type: 'done'; summary: Summary }
  | { type: 'unreadable'; message: string }
  | { type: 'failed'; message: string }

const columnsAtOnce = 500
const everyMs = 100

process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.once('message', (request: ProfileRequest) => void profile(request))

async function profile(request: ProfileRequest): Promise<void> {
  let told = 0
  try {
    const { summary, columns } = await profileFile(request, (share) => {
      const now = performance.now()
      if (now - told < everyMs) return
      told = now
      process.send?.({ type: 'progress', share } satisfies ChildMessage)
    })
    for (let at = 0; at < columns.length; at += columnsAtOnce) {
      await say({ type: 'columns', columns: columns.slice(at, at + columnsAtOnce) })
    }
    await say({ type: 'done', summary })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    await say({ type: error instanceof UnreadableFile ? 'unreadable' : 'failed', message })
  }
}

const say = (message: ChildMessage) =>
  new Promise<void>((resolve, reject) =>
    process.send?.(message, (error: Error | null) => (error ? reject(error) : resolve())),
  )
