import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { testDatabase } from '@factotum/postgres/testing'
import { expect, test } from 'vitest'

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const folder = from('../examples/')

test.each(readdirSync(folder).filter((file) => file.endsWith('.ts')))(
  'examples/%s prints what it says',
  async (file) => {
    const database = await testDatabase()
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', `${folder}${file}`], {
      cwd: from('../../..'),
      env: { ...process.env, DATABASE_URL: database.url, TSX_TSCONFIG_PATH: from('../../../tsconfig.json') },
      timeout: 25_000,
    })
    const [, promised = ''] = readFileSync(`${folder}${file}`, 'utf8').split('// Prints:\n')
    expect(stdout).toBe(promised.replaceAll(/^\/\/ /gm, ''))
    await database.drop()
  },
)
