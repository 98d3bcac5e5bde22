// Asks the registry for known holes in the packages that the program runs with; grave ones fail the check.
import { spawnSync } from 'node:child_process'

const { stdout, stderr } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' })
const answer = stdout ? JSON.parse(stdout) : { message: stderr.trim() }
const counts = answer.metadata?.vulnerabilities
if (counts) {
  const grave = Object.values(answer.vulnerabilities).filter(({ severity }) => /high|critical/.test(severity))
  for (const { name, severity, range, via } of grave) {
    const titles = via.map((hole) => hole.title ?? `through ${hole}`)
    console.error(`${name} ${range}: ${severity}: ${titles.join('; ')}`)
  }
  console.log(`${counts.total} known hole(s) in packages, ${grave.length} of them grave.`)
  process.exit(grave.length > 0 ? 1 : 0)
}
// A mirror of the registry may know nothing of holes.
console.warn(
  `\n*** SKIPPED: nobody looked for holes in packages: ${answer.message ?? answer.error?.summary} ***\n`,
)
