import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'
import * as door from '../src/index.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

/** The names that a module exports, as they are written. */
function exportsOf(path: string): string[] {
  const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest)
  return source.statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement)) {
      const named = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
      const open = named && statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
      return open ? statement.name.text : []
    }
    const { exportClause, moduleSpecifier } = statement
    if (exportClause && ts.isNamedExports(exportClause)) {
      return exportClause.elements.map(({ name }) => name.text)
    }
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) throw new Error(`An export of ${path}?`)
    return exportsOf(`../src/${moduleSpecifier.text.slice('./'.length)}`)
  })
}

function documented(): { values: string[]; all: string[] } {
  const [, section = ''] = read('../../../docs/reference/jobs.md').split("## The library's door\n")
  const rows = [...section.matchAll(/^\| ([^|`]+) \| (`.+) \|$/gm)].map(([, group, names = '']) => ({
    group,
    names: [...names.matchAll(/`(\w+)`/g)].flatMap(([, name]) => name ?? []),
  }))
  return {
    values: rows.filter(({ group }) => group === 'values').flatMap(({ names }) => names),
    all: rows.flatMap(({ names }) => names),
  }
}

test('the door exports what docs/reference/jobs.md names, and no more', () => {
  expect(exportsOf('../src/index.ts').toSorted()).toEqual(documented().all.toSorted())
})

test('of values it exports those that the docs call so', () => {
  expect(Object.keys(door).toSorted()).toEqual(documented().values.toSorted())
})
