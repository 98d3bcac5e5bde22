// `npm run bench` and `npm run bench:file`: programs of bench/, never part of the tests.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { installMissing } from './install.mjs'

const [program = 'main', ...flags] = process.argv.slice(2)
installMissing({ development: true })
const root = fileURLToPath(new URL('..', import.meta.url))
const { status } = spawnSync(process.execPath, ['--import', 'tsx', `${root}bench/${program}.ts`, ...flags], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TSX_TSCONFIG_PATH: `${root}tsconfig.json` },
})
process.exit(status ?? 1)
