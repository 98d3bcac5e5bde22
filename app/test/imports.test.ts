import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The rooms of the house, left to right. A room may import itself and what stands right of it. */
const rooms: { name: string; place: string; mayImport: string[]; because: string }[] = [
  {
    name: 'cli',
    place: 'app/src/cli',
    mayImport: ['compose', 'platform', 'jobs', 'postgres', 'live', 'eventlog'],
    because: 'a command only starts what compose has joined; it holds no logic of a feature.',
  },
  {
    name: 'compose',
    place: 'app/src/compose',
    mayImport: ['features', 'console', 'platform', 'eventlog', 'live', 'jobs', 'postgres'],
    because: 'compose finds and wires the parts, and nothing but a command may know it.',
  },
  {
    name: 'features',
    place: 'app/src/features',
    mayImport: ['console', 'platform', 'eventlog', 'live', 'jobs'],
    because: 'a feature stands on the platform; what it tells the rest is an event.',
  },
  {
    name: 'console',
    place: 'app/src/console',
    mayImport: ['platform', 'eventlog', 'live', 'jobs'],
    because: 'the console is the shell of all features and knows none; they hand it their parts.',
  },
  {
    name: 'platform',
    place: 'app/src/platform',
    mayImport: ['eventlog', 'live', 'jobs', 'postgres'],
    because: 'the platform carries every feature and page, so it can depend on none of them.',
  },
  {
    name: 'eventlog',
    place: 'app/src/eventlog',
    mayImport: [],
    because: 'the event log knows subjects by kind and id alone, so that any feature can write to it.',
  },
  {
    name: 'live',
    place: 'app/src/live',
    mayImport: [],
    because: 'the live bus needs PostgreSQL and nothing else; compose joins it with the jobs.',
  },
  {
    name: 'jobs',
    place: 'packages/jobs/src',
    mayImport: [],
    because: 'the engine is published on its own, with pg and a cron parser.',
  },
  {
    name: 'postgres',
    place: 'packages/postgres/src',
    mayImport: [],
    because: 'the launcher serves programs and tests that know nothing of jobs.',
  },
]

const packages: Record<string, string> = { '@factotum/jobs': 'jobs', '@factotum/postgres': 'postgres' }

/** Tests beside the code may use the test kit of the platform and of the server package. */
const isTestCode = (file: string) => /\.test\.tsx?$|\/testing(\/|\.ts)/.test(file)

const roomOf = (path: string) => rooms.find(({ place }) => path === place || path.startsWith(`${place}/`))

function sources(place: string): string[] {
  return readdirSync(join(root, place), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(place, file))
}

function importsOf(file: string): { specifier: string; room: string | undefined; path: string }[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true)
  return importedFiles.map(({ fileName: specifier }) => {
    const path = specifier.startsWith('.')
      ? relative(root, resolve(root, dirname(file), specifier))
      : specifier
    const packageName = /^@factotum\/[^/]+/.exec(specifier)?.[0]
    return { specifier, path, room: packageName ? packages[packageName] : roomOf(path)?.name }
  })
}

describe('Imports point one way', () => {
  for (const room of rooms) {
    it(`${room.name}: ${room.because}`, () => {
      const wrong = sources(room.place)
        .filter((file) => !isTestCode(file))
        .flatMap((file) =>
          importsOf(file)
            .filter(({ room: other }) => other && other !== room.name && !room.mayImport.includes(other))
            .map(({ specifier }) => `${file} imports ${specifier}, but ${room.because}`),
        )
      expect(wrong).toEqual([])
    })
  }

  it("packages are imported by their names: reaching into another package's folders would pass its door by", () => {
    const wrong = rooms
      .flatMap(({ place }) => sources(place))
      .flatMap((file) => importsOf(file).map((imported) => ({ file, ...imported })))
      .filter(({ file, path, specifier }) => {
        const target = roomOf(path)
        return (
          specifier.startsWith('.') &&
          target?.place.startsWith('packages/') &&
          !file.startsWith(dirname(target.place))
        )
      })
      .map(({ file, specifier }) => `${file} imports ${specifier}`)
    expect(wrong).toEqual([])
  })

  it('one feature reaches another only by its index', () => {
    const feature = /^app\/src\/features\/([^/]+)\//
    const wrong = sources('app/src/features').flatMap((file) =>
      importsOf(file)
        .filter(({ path }) => {
          const other = feature.exec(path)?.[1]
          return other && other !== feature.exec(file)?.[1] && !path.endsWith('/index.ts')
        })
        .map(({ specifier }) => `${file} imports ${specifier}; a feature's door is its index.ts`),
    )
    expect(wrong).toEqual([])
  })
})
