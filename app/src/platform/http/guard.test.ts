import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Asker, Role } from '../accounts/asker.ts'
import { allPermissions, allScopes, may } from '../accounts/permissions.ts'
import { roles, standsFor } from '../accounts/roles.ts'
import { type Guard, guard, judge } from './guard.ts'

interface Shown {
  via?: Asker['via']
  scopes?: Asker['scopes']
}

const account = (role: Role | null) => ({ id: 'a', name: 'Ada', email: null, role, service: false })

function asker(role: Role | null, { via = 'session', scopes = 'all' }: Shown = {}): Asker {
  return { account: account(role), via, scopes, sessionId: null, keyId: null }
}

const key = (role: Role | null, scopes: Asker['scopes']) => asker(role, { via: 'key', scopes })

const statusOf = (guard: Guard, asker: Asker | null) => judge(guard, asker).status

const anyRole = fc.constantFrom(...roles)
const anyPermission = fc.constantFrom(...allPermissions)
const anyGuard = fc.oneof(
  fc.constantFrom<Guard>(guard.public, guard.optional, guard.signedIn, guard.session),
  anyRole.map(guard.role),
  anyPermission.map(guard.apiKey),
  anyPermission.map(guard.may),
)
const anyAsker = fc
  .tuple(
    fc.option(anyRole),
    fc.oneof(
      fc.constantFrom<Shown>({ via: 'session' }, { via: 'token' }),
      fc.subarray(allScopes).map((scopes): Shown => ({ via: 'key', scopes })),
    ),
  )
  .map(([role, shown]) => asker(role, shown))

describe('A guard', () => {
  it('that is open lets everybody in', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Guard>(guard.public, guard.optional),
        fc.option(anyAsker),
        (open, asker) => statusOf(open, asker) === 200,
      ),
    )
  })

  it('that is not open answers nobody 401, and somebody never so', () => {
    fc.assert(
      fc.property(anyGuard, anyAsker, (guard, asker) => {
        const open = guard.kind === 'public' || guard.kind === 'optional'
        expect(statusOf(guard, null)).toBe(open ? 200 : 401)
        expect(statusOf(guard, asker)).not.toBe(401)
      }),
    )
  })

  it('says in a sentence what somebody lacks', () => {
    fc.assert(
      fc.property(anyGuard, anyAsker, (guard, asker) => {
        const verdict = judge(guard, asker)
        if (verdict.status === 403) expect(verdict.reason).toMatch(/^[A-Z].*needs .*\.$/)
      }),
    )
    const reason = (guard: Guard, asker: Asker) => {
      const verdict = judge(guard, asker)
      return verdict.status === 403 ? verdict.reason : verdict.status
    }
    expect(reason(guard.may('jobs.cancel'), asker('staff'))).toBe(
      'Your role is staff. jobs.cancel needs the role admin, operator, or operator_manager.',
    )
    expect(reason(guard.may('jobs.cancel'), asker(null))).toMatch(/^Your account has no role yet\./)
    expect(reason(guard.may('jobs.cancel'), key('operator', ['files', 'jobs.read']))).toBe(
      'This key is for files, jobs.read. It needs one with the scope jobs.cancel.',
    )
    expect(reason(guard.role('admin'), asker('operator'))).toBe(
      'Your role is operator. It needs the role admin.',
    )
  })

  it('for an administrator is closed only by how they came', () => {
    fc.assert(
      fc.property(anyPermission, (permission) => statusOf(guard.may(permission), asker('admin')) === 200),
    )
    fc.assert(fc.property(anyRole, (role) => statusOf(guard.role(role), asker('admin')) === 200))
  })

  it("lets an operators' manager in wherever it lets an operator in", () => {
    fc.assert(
      fc.property(anyGuard, (guard) => {
        if (statusOf(guard, asker('operator')) === 200)
          expect(statusOf(guard, asker('operator_manager'))).toBe(200)
      }),
    )
  })

  it('lets a key in only where its account would come in by itself', () => {
    fc.assert(
      fc.property(anyGuard, fc.option(anyRole), fc.subarray(allScopes), (guard, role, scopes) => {
        if (guard.kind === 'apiKey' || statusOf(guard, key(role, scopes)) !== 200) return
        expect(statusOf(guard, asker(role))).toBe(200)
      }),
    )
  })
})

describe('guard.signedIn', () => {
  it('lets in whoever is known, with or without a role', () => {
    fc.assert(fc.property(anyAsker, (asker) => statusOf(guard.signedIn, asker) === 200))
  })
})

describe('guard.session', () => {
  it('lets in people only', () => {
    expect(statusOf(guard.session, asker('staff'))).toBe(200)
    expect(statusOf(guard.session, asker('admin', { via: 'token' }))).toBe(403)
    expect(statusOf(guard.session, key('admin', 'all'))).toBe(403)
  })
})

describe('guard.role', () => {
  it('lets in the role, and who stands for it', () => {
    fc.assert(
      fc.property(anyRole, anyRole, (asked, role) => {
        expect(statusOf(guard.role(asked), asker(role))).toBe(standsFor(role, asked) ? 200 : 403)
      }),
    )
  })

  it('needs all of a key: it can not know which scope would do', () => {
    expect(statusOf(guard.role('operator'), key('operator', ['all']))).toBe(200)
    expect(statusOf(guard.role('operator'), key('operator', ['jobs', 'files']))).toBe(403)
    expect(statusOf(guard.role('operator'), key('operator', []))).toBe(403)
  })
})

describe('guard.may', () => {
  it('lets in exactly who may', () => {
    fc.assert(
      fc.property(anyPermission, anyAsker, (permission, asker) => {
        expect(statusOf(guard.may(permission), asker)).toBe(may(asker, permission) ? 200 : 403)
      }),
    )
  })
})

describe('guard.apiKey', () => {
  it('lets in keys only, and of these exactly those that may', () => {
    fc.assert(
      fc.property(anyPermission, anyAsker, (permission, asker) => {
        const wanted = asker.via === 'key' && may(asker, permission)
        expect(statusOf(guard.apiKey(permission), asker)).toBe(wanted ? 200 : 403)
      }),
    )
  })
})
