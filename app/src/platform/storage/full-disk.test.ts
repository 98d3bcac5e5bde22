import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A file system of a megabyte, in a namespace of this test's own; some machines don't allow that. */
const small = (command: string[]) =>
  [
    'unshare',
    '--map-root-user',
    '--mount',
    'sh',
    '-c',
    'mount -t tmpfs -o size=1m none "$FOLDER" && exec "$@"',
    'sh',
    ...command,
  ] as const
const allowed =
  spawnSync(small(['true'])[0], small(['true']).slice(1), { env: { ...process.env, FOLDER: tmpdir() } })
    .status === 0

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factotum-full-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('A full disk', () => {
  it.skipIf(!allowed)(
    'is a sentence for the client, leaves no orphan, and the next upload goes on',
    async () => {
      const [command, ...args] = small([process.execPath, '--import', 'tsx', '-e', program])
      const { stdout } = await promisify(execFile)(command, args, { env: { ...process.env, FOLDER: folder } })
      expect(JSON.parse(stdout)).toEqual({
        status: 507,
        code: 'storage_full',
        message: 'The disk is full: nothing was kept. Free some space and send it again.',
        left: [],
        kept: ['small'],
      })
    },
  )
})

const program = `
  import { readdir } from 'node:fs/promises'
  import { join } from 'node:path'
  import { localStorage } from ${JSON.stringify(new URL('./local.ts', import.meta.url).href)}
  const folder = process.env.FOLDER
  const storage = await localStorage(folder)
  async function* bytes(count) {
    for (let sent = 0; sent < count; sent += 65_536) yield Buffer.alloc(65_536)
  }
  const { status, code, message } = await storage.put('big', bytes(5_000_000)).catch((error) => error)
  const left = await readdir(join(folder, 'temp'))
  await storage.put('small', bytes(65_536))
  console.log(JSON.stringify({ status, code, message, left, kept: await readdir(join(folder, 'objects')) }))
`
