import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { discover } from './discover.ts'
import { DiscoveryError } from './load-module.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factotum-features-'))
  await features({ 'package.json': '{ "type": "module" }' })
})
afterEach(() => rm(folder, { recursive: true }))

/** Writes files of features: path to source. */
async function features(files: Record<string, string>): Promise<void> {
  for (const [path, source] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), source)
  }
}

/** The sentence with which the folder is refused. */
async function refusal(): Promise<string> {
  const error: unknown = await discover([folder]).then(
    () => new Error('It was accepted.'),
    (refused: unknown) => refused,
  )
  if (!(error instanceof DiscoveryError)) throw error
  return error.message
}

describe('Features', () => {
  it('are found by the names of their files', async () => {
    await features({
      'letters/routes.ts': 'export default () => {}',
      'letters/jobs.ts': 'export default () => ({ print: 1 })',
      'letters/console.tsx': 'export default { navigation: [] }',
      'letters/errors.mjs':
        'export default { table: { blot: { status: 409, message: "A blot." } }, fail() {} }',
      'letters/other.ts': 'throw new Error("never loaded")',
      'books/routes.js': 'export default async () => {}',
      '.git/config': '',
      'node_modules/x/routes.ts': 'nothing',
      'README.md': 'Not a feature.',
    })
    const found = await discover([folder])
    expect(found.map(({ name }) => name)).toEqual(['books', 'letters'])
    expect(found[1]).toMatchObject({ folder: join(folder, 'letters'), console: { navigation: [] } })
    expect(Object.keys(found[1] ?? {}).sort()).toEqual([
      'console',
      'errors',
      'folder',
      'jobs',
      'name',
      'routes',
    ])
  })

  it('that do not load stop the start, with path and reason', async () => {
    await features({ 'letters/routes.ts': 'throw new Error("no ink")' })
    expect(await refusal()).toBe(
      `The feature can't be used: ${folder}/letters/routes.ts does not load: no ink`,
    )
  })

  it('that can not be parsed stop the start', async () => {
    await features({ 'letters/jobs.ts': 'export default {{{' })
    expect(await refusal()).toContain(`${folder}/letters/jobs.ts does not load: `)
  })

  it.each([
    ['jobs.ts', 'export default { print: 1 }', 'it must be defineJobs('],
    ['routes.ts', 'export default 7', 'it must be a function (app, context) that adds routes'],
    [
      'console.tsx',
      'export default { nawigation: [] }',
      'it must be an object with navigation, overview or assets',
    ],
    ['console.tsx', 'export default { navigation: {} }', 'it must be an object with navigation'],
    ['errors.ts', 'export default { blot: { status: 409 } }', 'it must be defineErrors('],
    ['routes.ts', 'export const routes = () => {}', 'has no default export; export default a function'],
  ])('whose %s exports the wrong thing (%s) stop the start', async (file, source, reason) => {
    await features({ [`letters/${file}`]: source })
    const message = await refusal()
    expect(message).toContain(`${folder}/letters/${file}`)
    expect(message).toContain(reason)
  })

  it('that have none of the files stop the start', async () => {
    await features({ 'letters/route.ts': 'export default () => {}' })
    expect(await refusal()).toContain(`${folder}/letters has none of the files that make a feature: jobs.ts`)
  })

  it('that have two files for one thing stop the start', async () => {
    await features({ 'letters/jobs.ts': '', 'letters/jobs.js': '' })
    expect(await refusal()).toContain('has both jobs.js and jobs.ts')
  })

  it('of one name in two folders stop the start', async () => {
    await features({
      'a/letters/routes.ts': 'export default () => {}',
      'b/letters/routes.ts': 'export default () => {}',
    })
    await expect(discover([join(folder, 'a'), join(folder, 'b')])).rejects.toThrow(
      `${folder}/b/letters has the name of ${folder}/a/letters`,
    )
  })

  it('that define one error twice stop the start', async () => {
    const source = 'export default { table: { blot: { status: 409, message: "A blot." } }, fail() {} }'
    await features({ 'letters/errors.ts': source, 'books/errors.ts': source })
    expect(await refusal()).toContain('blot')
  })

  it.each(['{}', '{ "type": "commonjs" }', 'not JSON'])(
    'that would be read as CommonJS (package.json: %s) stop the start',
    async (json) => {
      await features({ 'package.json': json, 'letters/routes.ts': 'export default () => {}' })
      expect(await refusal()).toBe(
        `The feature can't be used: ${folder} would be read as CommonJS. ` +
          'Put a package.json with { "type": "module" } into it, or above it.',
      )
    },
  )

  it('in a folder that is not there stop the start', async () => {
    await expect(discover([join(folder, 'nowhere')])).rejects.toThrow(/nowhere can't be read: ENOENT/)
  })
})
