import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ChildMessage } from './child.ts'
import { childProgram } from './child-program.ts'
import type { Profile, ProfileRequest } from './profile.ts'
import { type ColumnProfile, UnreadableFile } from './report.ts'
import { privateFolder } from './work-folder.ts'

export interface RunOptions extends Omit<ProfileRequest, 'folder'> {
  /** Where the private folder is made: on a disk with room for a copy of the file. */
  workFolder: string
  /** Ends the process and all that it started. */
  signal: AbortSignal
  onProgress(share: number): void
}

/** The process that profiles went wrong, by no fault of the file that is known. */
export class ProfileFailed extends Error {
  override name = 'ProfileFailed'
}

/**
 * Profiles a file in a process of its own, so that this one stays responsive, and can end it at any moment.
 *
 * @throws UnreadableFile about the file, ProfileFailed about the process, or the signal's reason
 */
export async function runProfile({
  workFolder,
  signal,
  onProgress,
  ...request
}: RunOptions): Promise<Profile> {
  signal.throwIfAborted()
  const folder = await privateFolder(workFolder)
  try {
    const child = start(await childProgram())
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
    const kill = () => killGroup(child)
    signal.addEventListener('abort', kill)
    try {
      return await answerOf(child, { ...request, folder: folder.path }, signal, onProgress)
    } finally {
      signal.removeEventListener('abort', kill)
      kill()
      await gone
    }
  } finally {
    await folder.remove()
  }
}

/** Starts the process; its program comes by the standard input. */
function start(program: string): ChildProcess {
  const child = spawn(process.execPath, ['--max-old-space-size=1024', '--input-type=module', '-'], {
    // Where the program finds its packages.
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    // Nothing of the environment that it doesn't need: secrets stay here.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR },
    // A group of its own, so that whatever it starts goes with it.
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
  })
  // A process that dies at once closes the pipe; its end says more than that.
  child.stdin?.on('error', () => {})
  child.stdin?.end(program)
  return child
}

function answerOf(
  child: ChildProcess,
  request: ProfileRequest,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<Profile> {
  const columns: ColumnProfile[] = []
  let said = ''
  child.stderr?.on('data', (text: Buffer) => {
    said = (said + text.toString()).slice(-2_000)
  })
  return new Promise((resolve, reject) => {
    child.on('message', (message: ChildMessage) => {
      if (message.type === 'progress') onProgress(message.share)
      else if (message.type === 'columns') columns.push(...message.columns)
      else if (message.type === 'done') resolve({ summary: message.summary, columns })
      else if (message.type === 'unreadable') reject(new UnreadableFile(message.message))
      else reject(new ProfileFailed(message.message))
    })
    child.once('error', reject)
    child.once('close', (code, killedBy) => {
      const how = killedBy ? `was ended by ${killedBy}` : `ended with code ${code}`
      reject(signal.aborted ? signal.reason : new ProfileFailed(`The process ${how}. ${said}`.trim()))
    })
    child.send(request, (error) => error && reject(error))
  })
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // The group is gone already.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
