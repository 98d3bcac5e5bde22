import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Asker } from './asker.ts'
import { allPermissions, allScopes, covers, isPermission, may, permissions, roleMay } from './permissions.ts'
import { roles, standsFor } from './roles.ts'

const anyRole = fc.constantFrom(...roles)
const anyPermission = fc.constantFrom(...allPermissions)
const anyScopes = fc.oneof(fc.constant('all' as const), fc.subarray(allScopes))

const asker = (over: { role: Asker['account']['role']; scopes: Asker['scopes'] }): Asker => ({
  account: { id: 'a', name: 'Ada', email: null, role: over.role, service: false },
  via: 'key',
  scopes: over.scopes,
  sessionId: null,
  keyId: 'k',
})

describe('The table of permissions', () => {
  it('gives an administrator everything', () => {
    fc.assert(fc.property(anyPermission, (permission) => roleMay('admin', permission)))
  })

  it("gives an operators' manager what an operator may", () => {
    fc.assert(
      fc.property(
        anyPermission,
        (permission) => !roleMay('operator', permission) || roleMay('operator_manager', permission),
      ),
    )
  })

  it('gives whoever stands for a role what that role may', () => {
    fc.assert(
      fc.property(
        anyRole,
        anyRole,
        anyPermission,
        (role, other, permission) =>
          !standsFor(role, other) || !roleMay(other, permission) || roleMay(role, permission),
      ),
    )
  })

  it('gives nothing to who has no role', () => {
    fc.assert(fc.property(anyPermission, (permission) => !roleMay(null, permission)))
  })

  it('lets the other roles do what it names, and nothing more', () => {
    expect(roleMay('staff', 'files.upload')).toBe(true)
    expect(roleMay('staff', 'jobs.cancel')).toBe(false)
    expect(roleMay('operator', 'jobs.cancel')).toBe(true)
    expect(roleMay('operator', 'schedules.edit')).toBe(false)
    expect(roleMay('operator_manager', 'settings.edit')).toBe(false)
    expect(roleMay('specialist', 'jobs.read')).toBe(false)
  })

  it('has a row for every permission, and for nothing else', () => {
    expect(allPermissions).toHaveLength(
      Object.values(permissions).reduce((count, actions) => count + Object.keys(actions).length, 0),
    )
    for (const text of ['jobs', 'jobs.', 'jobs.fly', '.read', 'toString.length', 'jobs.toString', '']) {
      expect([text, isPermission(text)]).toEqual([text, false])
    }
  })
})

describe('A key', () => {
  it('may never more than its account', () => {
    fc.assert(
      fc.property(
        fc.option(anyRole),
        anyScopes,
        anyPermission,
        (role, scopes, permission) => !may(asker({ role, scopes }), permission) || roleMay(role, permission),
      ),
    )
  })

  it('may never more than its scopes', () => {
    fc.assert(
      fc.property(
        fc.option(anyRole),
        anyScopes,
        anyPermission,
        (role, scopes, permission) => !may(asker({ role, scopes }), permission) || covers(scopes, permission),
      ),
    )
  })

  it('reaches with a feature its actions, with an action that one, with all everything', () => {
    expect(covers(['jobs'], 'jobs.cancel')).toBe(true)
    expect(covers(['jobs'], 'files.read')).toBe(false)
    expect(covers(['jobs.cancel'], 'jobs.cancel')).toBe(true)
    expect(covers(['jobs.cancel'], 'jobs.read')).toBe(false)
    expect(covers(['all'], 'jobs.read')).toBe(true)
    expect(covers([], 'jobs.read')).toBe(false)
    expect(covers(['job', 'jobs.rea', 'j'], 'jobs.read')).toBe(false)
  })
})

it('Nobody may anything', () => {
  fc.assert(fc.property(anyPermission, (permission) => !may(null, permission)))
})
