import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { testDatabase } from '@factotum/postgres/testing'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const from = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const root = from('../../..')
const source = from('..')
const tool = (path: string) => join(root, 'node_modules', path)
const tsc = tool('typescript/bin/tsc')

let folder: string
let tarball: string
let packed: string[]
/** An empty project into which the tarball is installed. */
let project: string
const children: ChildProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factotum-package-'))
  const copy = join(folder, 'package')
  await mkdir(copy)
  for (const name of ['package.json', 'README.md', 'LICENSE', 'migrations', 'src']) {
    await cp(join(source, name), join(copy, name), { recursive: true })
  }
  await run(process.execPath, [
    tsc,
    '-p',
    join(source, 'tsconfig.build.json'),
    '--outDir',
    join(copy, 'dist'),
  ])
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: copy })
  const [made]: { filename: string; files: { path: string }[] }[] = JSON.parse(stdout)
  if (!made) throw new Error('npm packed nothing.')
  tarball = join(folder, made.filename)
  packed = made.files.map(({ path }) => path)
  project = join(folder, 'project')
  await mkdir(project)
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }')
  await install()
}, 180_000)
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** From npm's cache, which has the dependencies after `npm ci`; else from the registry; else they are lent. */
async function install(): Promise<void> {
  const options = ['install', '--no-audit', '--no-fund', '--ignore-scripts', tarball]
  for (const how of ['--offline', '--prefer-offline']) {
    try {
      await run('npm', [...options, how], { cwd: project, timeout: 40_000 })
      return
    } catch (error) {
      console.warn(`npm install ${how} did not succeed: ${error instanceof Error ? error.message : error}`)
    }
  }
  const modules = join(project, 'node_modules')
  await mkdir(join(modules, '@factotum'), { recursive: true })
  await run('tar', ['xzf', tarball], { cwd: join(modules, '@factotum') })
  await cp(join(modules, '@factotum/package'), join(modules, '@factotum/jobs'), { recursive: true })
  for (const name of ['pg', 'croner']) await symlink(tool(name), join(modules, name))
}

/** The files of the README's five minutes, by their names. */
function examples(): Map<string, string> {
  const readme = readFileSync(join(source, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```ts\n\/\/ (\w+\.ts)\b[^\n]*\n(.*?)^```$/gms)]
  return new Map(blocks.map(([, name = '', text = '']) => [name, text]))
}

function start(file: string, url: string): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [file], { cwd: project, env: { ...process.env, DATABASE_URL: url } })
  children.push(child)
  let said = ''
  child.stdout.on('data', (data: Buffer) => {
    said += data
  })
  child.stderr.on('data', (data: Buffer) => {
    said += data
  })
  return { child, output: () => said }
}

test('the tarball holds the built modules, what they read, and nothing else', () => {
  const modules = packed.flatMap((path) => path.match(/^dist\/(.+)\.js$/)?.[1] ?? [])
  for (const path of packed) {
    expect(path).toMatch(
      /^(package\.json|README\.md|LICENSE|dist\/.+\.(js|js\.map|d\.ts)|src\/.+\.mjs|migrations\/\d{4}_\w+\.(up|down)\.sql)$/,
    )
  }
  for (const name of modules) expect(existsSync(join(source, 'src', `${name}.ts`))).toBe(true)
  expect(packed).toContain('src/worker/beat-thread.mjs')
  expect(packed.filter((path) => path.startsWith('migrations/')).length).toBeGreaterThanOrEqual(4)
})

test('it has two dependencies', () => {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  expect(Object.keys(dependencies)).toEqual(['croner', 'pg'])
  expect(peerDependencies).toBeUndefined()
})

test('publint and attw find nothing', async () => {
  const copy = join(folder, 'package')
  await run(process.execPath, [tool('publint/src/cli.js'), copy, '--strict'])
  await run(process.execPath, [tool('@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only'])
}, 60_000)

test("an empty project runs the README's example with plain Node.js, against an empty database", async () => {
  const files = examples()
  expect([...files.keys()]).toEqual(['jobs.ts', 'worker.ts', 'anywhere.ts'])
  for (const [name, text] of files) {
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2022,
        rewriteRelativeImportExtensions: true,
      },
    })
    await writeFile(join(project, name.replace(/\.ts$/, '.js')), outputText)
  }
  const database = await testDatabase()
  const worker = start('worker.js', database.url)
  const caller = start('anywhere.js', database.url)
  const [code] = await once(caller.child, 'exit')
  expect(caller.output()).toBe("{ path: 'a.png', width: 800 }\n")
  expect(code).toBe(0)
  const ended = once(worker.child, 'exit')
  worker.child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(worker.output()).toBe('')
  await database.drop()
}, 60_000)

test("and the README's types hold there, the package's own included", async () => {
  for (const [name, text] of examples()) await writeFile(join(project, name), text)
  await mkdir(join(project, 'node_modules/@types'), { recursive: true })
  for (const name of ['@types/node', '@types/pg', 'undici-types']) {
    await cp(tool(name), join(project, 'node_modules', name), { recursive: true })
  }
  const options = '--noEmit --strict --exactOptionalPropertyTypes --target es2023 --module nodenext'
  const check = run(
    process.execPath,
    [tsc, ...options.split(' '), '--allowImportingTsExtensions', 'anywhere.ts', 'worker.ts'],
    { cwd: project },
  )
  await expect(check.catch(({ stdout }) => stdout)).resolves.toEqual({ stdout: '', stderr: '' })
}, 60_000)
