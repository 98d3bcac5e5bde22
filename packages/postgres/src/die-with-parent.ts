import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Runs a program and watches standard input: its end says that the parent is gone. */
const watch = `
exec 3<&0 </dev/null
"$@" 3<&- & child=$!
{ read -r _ <&3; kill -INT $child; } & watcher=$!
wait $child; status=$?
kill $watcher 2>/dev/null
exit $status`

export interface Command {
  program: string
  arguments: string[]
  /** Standard input has to be a pipe that this process keeps open. */
  needsPipe: boolean
}

/**
 * A command whose program is interrupted when this process ends, however it ends. On Linux the kernel sees
 * to it (it watches the thread that starts the program); elsewhere a small shell does.
 */
export async function dyingWithParent(program: string, args: string[]): Promise<Command> {
  const command = ['--pdeathsig', 'INT', '--', program, ...args]
  if (await hasSetpriv()) return { program: 'setpriv', arguments: command, needsPipe: false }
  return { program: '/bin/sh', arguments: ['-c', watch, 'sh', program, ...args], needsPipe: true }
}

let known: Promise<boolean> | undefined

function hasSetpriv(): Promise<boolean> {
  known ??= run('setpriv', ['--pdeathsig', 'INT', '--', 'true']).then(
    () => true,
    () => false,
  )
  return known
}
