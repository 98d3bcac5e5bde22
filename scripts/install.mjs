import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs `npm ci` when what the lock file names is not what is installed. npm writes its own record of an
 * installation last, so one that was cut off half-way counts as none.
 *
 * @param {{ development: boolean }} wanted whether the tools for tests and checks are needed too
 */
export function installMissing({ development }) {
  refuseOldNode()
  if (isInstalled(development)) return
  console.log('Installing packages (once, about half a minute) …')
  const { status, error } = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status === 0) return
  console.error(
    `npm ci did not succeed${error ? `: ${error.message}` : ''}. Read its message above, then try again.`,
  )
  process.exit(1)
}

function isInstalled(development) {
  const record = `${root}node_modules/.package-lock.json`
  if (!existsSync(record)) return false
  const wanted = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')).packages
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages
  return Object.entries(wanted).every(([path, { version, optional, dev, link }]) => {
    const needless = !path.includes('node_modules/') || link || optional || (dev && !development)
    return needless || installed[path]?.version === version
  })
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(`Factotum needs Node.js 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(1)
}
