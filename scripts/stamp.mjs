// Writes app/build.json: what a program without its clone answers at /status/ping.json.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const commit = execFileSync('git', ['-C', root, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
const build = { commit, build_date: new Date().toISOString() }
writeFileSync(`${root}app/build.json`, `${JSON.stringify(build)}\n`)
