// `npm run bench`: this engine beside its peers, in one run. Never part of the tests.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { installMissing } from './install.mjs'

installMissing({ development: true })
const root = fileURLToPath(new URL('..', import.meta.url))
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', `${root}bench/main.ts`, ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TSX_TSCONFIG_PATH: `${root}tsconfig.json` },
  },
)
process.exit(status ?? 1)
