import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { discover } from '../src/compose/discover.ts'
import { type ErrorTable, errors } from '../src/platform/errors/index.ts'

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')

/** The rows of the section "HTTP". */
function documented(): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith('HTTP\n')) ?? ''
  return section.split('\n').filter((line) => line.startsWith('| `'))
}

async function thrown(): Promise<string[]> {
  const features = await discover([fileURLToPath(new URL('../src/features', import.meta.url))])
  const tables: ErrorTable[] = [errors.table]
  for (const feature of features) if (feature.errors) tables.push(feature.errors.table)
  return tables.flatMap((table) =>
    Object.entries(table).map(([code, { status, message }]) => `| \`${code}\` | ${status} | ${message} |`),
  )
}

describe('docs/errors.md', () => {
  it('has exactly the rows of the error tables', async () => {
    expect(documented().sort()).toEqual((await thrown()).sort())
  })
})
