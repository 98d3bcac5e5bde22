// `npm run dev`: the server, started again after each change of a source.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { installMissing } from './install.mjs'

installMissing({ development: true })
const root = fileURLToPath(new URL('..', import.meta.url))
const { status } = spawnSync(
  process.execPath,
  [
    `${root}node_modules/tsx/dist/cli.mjs`,
    'watch',
    '--clear-screen=false',
    `${root}app/bin/factotum.js`,
    'start',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit', env: { ...process.env, TSX_TSCONFIG_PATH: `${root}tsconfig.json` } },
)
process.exit(status ?? 1)
