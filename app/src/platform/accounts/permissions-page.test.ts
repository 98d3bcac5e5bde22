import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { allPermissions, roleMay } from './permissions.ts'
import { roles } from './roles.ts'

const page = readFileSync(new URL('../../../../docs/reference/permissions.md', import.meta.url), 'utf8')

const inTable = () =>
  allPermissions.map((permission) => {
    const [feature, action] = permission.split('.')
    const marks = roles.map((role) => (roleMay(role, permission) ? 'yes' : '·'))
    return `| ${[feature, action, ...marks].join(' | ')} |`
  })

describe('docs/reference/permissions.md', () => {
  it('has exactly the rows of the table', () => {
    const documented = page.split('\n').filter((line) => /^\| [a-z]+ \| [a-z]+ \| (yes|·)/.test(line))
    expect(documented).toEqual(inTable())
  })

  it('names the roles in the order of its columns', () => {
    expect(page).toContain(`| feature | action | ${roles.join(' | ')} |`)
  })
})
