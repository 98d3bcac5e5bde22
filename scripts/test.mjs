// `npm test`: everything that this machine can test. What it can't is named, and with REQUIRE_ALL=1 fails the run.
// Arguments go to vitest: `npm test -- packages/jobs`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installMissing } from './install.mjs'

/** System programs that some tests need, as `scripts/setup` installs them, and those tests' names. */
const programs = [
  { name: 'Chromium', paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser'], tests: '*.browser.test.ts' },
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

const folder = mkdtempSync(join(tmpdir(), 'factotum-test-'))
const report = join(folder, 'report.json')
const { status } = spawnSync(
  process.execPath,
  [
    `${root}node_modules/vitest/vitest.mjs`,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TSX_TSCONFIG_PATH: `${root}tsconfig.json` },
  },
)
const {
  numPassedTests = 0,
  numFailedTests = 0,
  numPendingTests = 0,
} = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {}
rmSync(folder, { recursive: true })
if (absent.length > 0)
  console.warn(`*** SKIPPED for want of ${absent.map(({ name }) => name).join(', ')}: see above. ***`)
const skippedInVain = requireAll && numPendingTests > 0
if (skippedInVain) console.error(`${numPendingTests} test(s) were skipped where none may be.`)
console.log(
  `\n${numPassedTests} passed, ${numFailedTests} failed${numPendingTests ? `, ${numPendingTests} skipped` : ''}`,
)
process.exit(skippedInVain ? 1 : (status ?? 1))
