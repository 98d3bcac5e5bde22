import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { discover } from '../src/compose/discover.ts'
import { findAllEvents, registerEvents } from '../src/compose/discover-events.ts'
import { createEventLog } from '../src/eventlog/index.ts'
import { connect } from '../src/platform/database/index.ts'

const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8')
const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The rows that the table should have, by key. */
async function rows(): Promise<string[]> {
  const database = connect('postgres://127.0.0.1:1/x')
  const { registry } = createEventLog({ pool: database.pool, secret: 'of this test', zone: () => 'UTC' })
  registerEvents(registry, [
    ...(await findAllEvents(folder('../src/platform'))),
    ...(await discover([folder('../src/features')])).flatMap(({ events }) => events ?? []),
  ])
  await database.close()
  return registry.keys().flatMap((key) =>
    registry.filter({ key }).map(({ code, type, level, selectableBy, description }) => {
      const who = type === 'system' ? '–' : selectableBy.join(', ') || 'anyone'
      return `| \`${key}\` | \`${code}\` | ${type} | ${level} | ${who} | ${description} |`
    }),
  )
}

it('docs/events.md has exactly the events that are defined', async () => {
  expect(page.split('\n').filter((line) => line.startsWith('| `'))).toEqual(await rows())
})
