// `npm test`: everything that this machine can test. What it can't is named, and with REQUIRE_ALL=1 fails the run.
// Arguments go to vitest: `npm test -- packages/jobs`. With ALSO_POSTGRES_15=1 the engine's tests run once more, on it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installMissing } from './install.mjs'
import { startPostgres } from './postgres-server.mjs'

const postgres15 = '/usr/lib/postgresql/15/bin'

/** What asks nothing of PostgreSQL that other tests of the engine don't: what is packed, and where handlers run. */
const sameOnEveryServer = [
  'package',
  'door',
  'sandbox',
  'stuck-loop',
  'cron',
  'cron-zones',
  'checker',
  'examples',
]

/** System programs that some tests need, as `scripts/setup` installs them, and those tests' names. */
const programs = [
  { name: 'Chromium', paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser'], tests: '*.browser.test.ts' },
  { name: 'PgBouncer', paths: ['/usr/sbin/pgbouncer'], tests: 'pgbouncer.test.ts' },
  {
    name: 'Redis',
    paths: ['/usr/bin/redis-server'],
    tests: 'cache.test.ts with Redis, Sentinel and a cluster, and kept-report.test.ts with Redis',
  },
  {
    name: 'memcached',
    paths: ['/usr/bin/memcached'],
    tests: 'cache.test.ts and kept-report.test.ts with memcached',
  },
  { name: 'SASL', paths: ['/usr/sbin/saslpasswd2'], tests: 'cache.test.ts with memcached and SASL' },
  { name: 'PostgreSQL 15', paths: [postgres15], tests: "the engine's tests on PostgreSQL 15" },
]

installMissing({ development: true })
const root = fileURLToPath(new URL('..', import.meta.url))
const absent = programs.filter(({ paths }) => !paths.some(existsSync))
for (const { name, tests } of absent) {
  console.warn(
    `\n*** SKIPPED: ${name} is not on this machine, so ${tests} will not run. scripts/setup installs it. ***\n`,
  )
}
const requireAll = process.env.REQUIRE_ALL === '1'
if (requireAll && absent.length > 0) process.exit(1)

const results = [await run(process.argv.slice(2))]
const { ALSO_POSTGRES_15, CHAOS_MINUTES } = process.env
// Chaos takes its minutes however fast the machine is: beside it goes what would wait for it.
results.push(
  ...(await Promise.all([
    ...(ALSO_POSTGRES_15 === '1' && existsSync(postgres15) ? [onPostgres15()] : []),
    ...(CHAOS_MINUTES ? [chaos(CHAOS_MINUTES)] : []),
  ])),
)

const sum = (count) => results.reduce((total, result) => total + result[count], 0)
const skipped = sum('skipped')
if (absent.length > 0)
  console.warn(`*** SKIPPED for want of ${absent.map(({ name }) => name).join(', ')}: see above. ***`)
const skippedInVain = requireAll && skipped > 0
if (skippedInVain) console.error(`${skipped} test(s) were skipped where none may be.`)
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`)
process.exit(skippedInVain ? 1 : Math.max(...results.map(({ status }) => status)))

async function run(args, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'factotum-test-'))
  const report = join(folder, 'report.json')
  const vitest = `${root}node_modules/vitest/vitest.mjs`
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const status = await node([vitest, 'run', ...reporters, ...args], env)
  const {
    numPassedTests = 0,
    numFailedTests = 0,
    numPendingTests = 0,
  } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {}
  rmSync(folder, { recursive: true })
  return { status, passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests }
}

async function onPostgres15() {
  console.log('\n== the engine on PostgreSQL 15')
  const server = await startPostgres(postgres15)
  try {
    const without = sameOnEveryServer.flatMap((name) => ['--exclude', `**/${name}.test.ts`])
    return await run(['packages/jobs', ...without], { TEST_DATABASE_URL: server.url })
  } finally {
    await server.stop()
  }
}

/** Counts as one test: no promise broken while everything around the engine fails. */
async function chaos(minutes) {
  const program = `${root}packages/jobs/test/chaos/main.ts`
  const status = await node(['--import', 'tsx', program, '--minutes', minutes])
  const passed = status === 0 ? 1 : 0
  return { status, passed, failed: 1 - passed, skipped: 0 }
}

/** Runs a program to its end, in sight; answers its exit status. */
async function node(args, env = {}) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TSX_TSCONFIG_PATH: `${root}tsconfig.json`, ...env },
  })
  const [status] = await once(child, 'exit')
  return status ?? 1
}
