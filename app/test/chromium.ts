import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** True where there is no Chromium: tests that need it are skipped, and `npm test` names them. */
export const missing = !existsSync(executablePath)

/** Debian's Chromium, headless; as root, and without calls to anywhere. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'],
  })
}
