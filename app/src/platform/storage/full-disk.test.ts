import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canMount, onSmallDisk } from '../testing/small-disk.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factotum-full-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('A full disk', () => {
  it.skipIf(!canMount)(
    'is a sentence for the client, leaves no orphan, and the next upload goes on',
    async () => {
      const { stdout } = await onSmallDisk(folder, program)
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
