// `npm run reference` writes docs/reference/engine.md from the docstrings of what @factotum/jobs exports. With --check it
// writes nothing, and fails where the page is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = `${root}docs/reference/engine.md`
const doors = [
  { door: '@factotum/jobs', file: 'packages/jobs/src/index.ts' },
  { door: '@factotum/jobs/testing', file: 'packages/jobs/src/testing/index.ts' },
]

const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile)
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
const program = ts.createProgram(
  doors.map(({ file }) => root + file),
  { ...options, noEmit: true },
)
const checker = program.getTypeChecker()

const text = [
  '# The engine, export by export',
  '',
  "Made from the docstrings by `npm run reference`; don't edit it here. Guides and reference of the features stand beside this page.",
  ...doors.flatMap(({ door, file }) => ['', `# \`${door}\``, ...exportsOf(root + file).flatMap(section)]),
  '',
].join('\n')

if (!process.argv.includes('--check')) writeFileSync(page, text)
else if (readFileSync(page, 'utf8') !== text) {
  console.error('docs/reference/engine.md is not what the docstrings say: run `npm run reference`.')
  process.exit(1)
}

/** What a reader calls first, then what it takes and gives; each by name. */
function exportsOf(file) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file))
  const all = checker.getExportsOfModule(module).map((symbol) => ({
    name: symbol.name,
    asType: symbol.declarations?.some(
      (one) => ts.isExportSpecifier(one) && ts.isTypeOnlyImportOrExportDeclaration(one),
    ),
    symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  }))
  const rank = ({ symbol }) =>
    symbol.flags & ts.SymbolFlags.Class ? 0 : symbol.flags & ts.SymbolFlags.Value ? 1 : 2
  return all.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
}

function section({ name, symbol, asType }) {
  const [declaration] = symbol.getDeclarations() ?? []
  const members =
    declaration && 'members' in declaration
      ? [...declaration.members].filter((node) => isShown(node, asType))
      : []
  return [
    '',
    `## ${name}`,
    ...paragraph(docOf(symbol)),
    ...(members.length > 0 ? ['', ...members.flatMap(member)] : shape(symbol)),
  ]
}

function member(node) {
  const symbol = checker.getSymbolAtLocation(node.name ?? node)
  const doc = docOfNode(node) || (symbol ? docOf(symbol) : '')
  return [
    `- \`${oneLine(head(node))}\`${doc ? `<br>${doc.replaceAll('\n\n', '<br>').replaceAll('\n', ' ')}` : ''}`,
  ]
}

/** The text of a declaration that has no members to list. */
function shape(symbol) {
  const [declaration] = symbol.getDeclarations() ?? []
  if (!declaration) return []
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
  const texts = ts.isFunctionDeclaration(statement)
    ? symbol.getDeclarations().map(head)
    : [ts.isVariableStatement(statement) ? checkedType(symbol, declaration) : statement.getText()]
  return ['', '```ts', ...texts.map((one) => one.replace(/^export /, '')), '```']
}

function checkedType(symbol, declaration) {
  return `const ${symbol.name}: ${checker.typeToString(checker.getTypeOfSymbolAtLocation(symbol, declaration), undefined, ts.TypeFormatFlags.NoTruncation)}`
}

/** A declaration without its body. */
function head(node) {
  const whole = node.getText()
  const text = node.body ? whole.slice(0, node.body.getStart() - node.getStart()) : whole
  return text
    .replace(/^(export|async|declare) /g, '')
    .replace(/^async /, '')
    .trim()
}

function oneLine(text) {
  return text.replaceAll(/\s*\n\s*/g, ' ')
}

/** Neither private members nor the implementation behind overloads, nor a constructor that isn't exported. */
function isShown(node, asType) {
  if (ts.isClassStaticBlockDeclaration(node) || (asType && ts.isConstructorDeclaration(node))) return false
  if (node.name && ts.isPrivateIdentifier(node.name)) return false
  if (!node.body || !ts.isMethodDeclaration(node)) return true
  const overloads = node.parent.members.filter(
    (other) => ts.isMethodDeclaration(other) && other.name.getText() === node.name.getText(),
  )
  return overloads.length === 1
}

function docOf(symbol) {
  const doc = ts.displayPartsToString(symbol.getDocumentationComment(checker))
  return [doc, ...symbol.getJsDocTags(checker).map(tag)].filter(Boolean).join('\n\n')
}

function docOfNode(node) {
  const found = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)
  const doc = found.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join('\n\n')
  const tags = ts
    .getJSDocTags(node)
    .map((one) => tag({ name: one.tagName.text, text: [{ text: tagText(one), kind: 'text' }] }))
  return [doc, ...tags].filter(Boolean).join('\n\n')
}

function tagText(node) {
  const comment = ts.getTextOfJSDocComment(node.comment) ?? ''
  return 'name' in node && node.name ? `${node.name.getText()} ${comment}` : comment
}

function tag({ name, text = [] }) {
  const said = ts.displayPartsToString(text).trim()
  if (name === 'throws') return `Throws ${said}`
  if (name === 'param') return said.replace(/^(\S+)\s*/, '`$1`: ')
  return said && `${name}: ${said}`
}

function paragraph(doc) {
  return doc ? ['', doc] : []
}
