import { execFileSync } from 'node:child_process'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type PostgresErrorCode, startPostgres } from '../src/index.ts'
import { ask, quick, scratch } from './scratch.ts'

const { path, remove } = await scratch()
afterAll(remove)

const refusal = (code: PostgresErrorCode, ...parts: string[]) => ({
  name: 'PostgresError',
  code,
  message: expect.stringMatching(
    new RegExp(parts.map((part) => part.replace(/[.*+?()|[\]\\]/g, '\\$&')).join('.*'), 's'),
  ),
})

describe('a database of another major version', () => {
  const folder = join(path, 'version')
  const file = join(folder, 'data', 'PG_VERSION')

  test('is refused, says which version is needed, and is left as it is', async () => {
    const server = await startPostgres({ folder, settings: quick })
    await ask(server.url, 'create table kept ()')
    await server.stop()
    await writeFile(file, '19\n')
    await expect(startPostgres({ folder })).rejects.toMatchObject(
      refusal(
        'version-newer',
        folder,
        'made by PostgreSQL 19',
        'brings PostgreSQL 18',
        'newer version of the program',
      ),
    )
    await writeFile(file, '17\n')
    await expect(startPostgres({ folder })).rejects.toMatchObject(
      refusal('version-older', 'made by PostgreSQL 17', 'older version of the program', 'backup'),
    )
    await writeFile(file, '18\n')
    const again = await startPostgres({ folder, settings: quick })
    expect(await ask(again.url, 'select * from kept')).toEqual([])
    await again.stop()
  })
})

describe('a port that another program has', () => {
  test('is named', async () => {
    const other = createServer().listen({ port: 0, host: '127.0.0.1' })
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const folder = join(path, 'busy')
    await expect(startPostgres({ folder, port, settings: quick })).rejects.toMatchObject(
      refusal('port-busy', `Port ${port} on 127.0.0.1 is in use`, 'Choose another port'),
    )
    await new Promise((resolve) => other.close(resolve))
    const server = await startPostgres({ folder, port, settings: quick })
    expect(server.port).toBe(port)
    await server.stop()
  })
})

describe('a folder that cannot be used', () => {
  test('because a file stands in its place', async () => {
    await writeFile(join(path, 'file'), '')
    for (const folder of [join(path, 'file'), join(path, 'file', 'below')]) {
      await expect(startPostgres({ folder })).rejects.toMatchObject(
        refusal('folder-unwritable', folder, 'a file stands in the way', 'choose another folder'),
      )
    }
  })

  test('because nothing can be made there', async () => {
    await expect(startPostgres({ folder: '/proc/factotum' })).rejects.toMatchObject(
      refusal('folder-unwritable', '/proc/factotum'),
    )
  })
})

test('a wrong setting is refused in the words of PostgreSQL, with its log', async () => {
  const folder = join(path, 'setting')
  await expect(
    startPostgres({ folder, settings: { ...quick, max_connections: 'many' } }),
  ).rejects.toMatchObject(
    refusal('start-failed', join(folder, 'server.log'), 'PostgreSQL said', 'max_connections'),
  )
})

test('a lost password is told, and a running server is left alone', async () => {
  const folder = join(path, 'password')
  const file = join(folder, 'data', 'factotum.password')
  const server = await startPostgres({ folder, settings: quick })
  for (const content of ['', 'wrong']) {
    await writeFile(file, content)
    await expect(startPostgres({ folder })).rejects.toMatchObject(refusal('password-lost', folder, file))
  }
  expect(await ask(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  await server.stop()
})

const mounts = canMount()

describe.skipIf(!mounts)('a full disk (needs root and the right to mount: else skipped)', () => {
  const mounted: string[] = []
  const disk = async (name: string, size: string) => {
    const folder = join(path, name)
    await mkdir(folder)
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])
    mounted.push(folder)
    return folder
  }
  afterAll(() => {
    for (const folder of mounted) execFileSync('umount', [folder])
  })

  test('while the database is made: it is told, nothing half made stays, and with room it goes on', async () => {
    const folder = await disk('small', '20m')
    await expect(startPostgres({ folder })).rejects.toMatchObject(refusal('disk-full', folder, 'Make room'))
    execFileSync('mount', ['-o', 'remount,size=200m', folder])
    const server = await startPostgres({ folder })
    await server.stop()
  })

  test('when the server starts: it is told, and with room again everything is there', async () => {
    const folder = await disk('filled', '200m')
    const server = await startPostgres({ folder })
    await ask(server.url, `create table kept as select 'here' as word`)
    await server.stop()
    const { bavail, bsize } = await statfs(folder)
    await writeFile(join(folder, 'filler'), Buffer.alloc(bavail * bsize))
    await expect(startPostgres({ folder })).rejects.toMatchObject(refusal('disk-full', folder))
    await rm(join(folder, 'filler'))
    const again = await startPostgres({ folder })
    expect(await ask(again.url, 'select word from kept')).toEqual([{ word: 'here' }])
    await again.stop()
  })

  test('while the server runs: what does not fit is refused, what was committed stays', async () => {
    const folder = await disk('filling', '200m')
    const server = await startPostgres({ folder, settings: { max_wal_size: '32MB', min_wal_size: '32MB' } })
    await ask(server.url, `create table kept as select 'here' as word`)
    const fill = ask(
      server.url,
      `create table filler as select repeat(md5(n::text), 60) from generate_series(1, 1e6) n`,
    )
    await expect(fill).rejects.toMatchObject({ message: expect.stringMatching(/No space left|terminated/) })
    await expect
      .poll(() => ask(server.url, 'select word from kept').catch(() => []), { timeout: 20_000 })
      .toEqual([{ word: 'here' }])
    await server.stop()
  })
})

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
