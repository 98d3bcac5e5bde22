import type { KeyByCommand } from '../../compose/make-key.ts'
import { isRole, roles } from '../../platform/accounts/roles.ts'
import { type Command, type Given, UsageError } from '../command.ts'
import { settings } from '../settings.ts'

export const keysCreate: Command = {
  summary: 'Makes an API key and prints it, this once, as its last word.',
  options: {
    name: { meaning: 'What it is for.', value: 'NAME' },
    scope: { meaning: 'What it may do: all, features (jobs), actions (jobs.cancel).', value: 'a,b' },
    account: { meaning: 'Whose it is; default: an account is made for it.', value: 'EMAIL' },
    role: { meaning: 'The role of the account that is made; default admin.', value: 'ROLE' },
    days: { meaning: 'Days for which it is good; default: until it is revoked.', value: 'n' },
  },
  async run(given) {
    const asked = readKey(given)
    const { makeKey } = await import('../../compose/make-key.ts')
    const { key, made } = await makeKey(settings(), asked)
    console.log(
      `Made "${made.name}" for ${made.scopes.join(', ')}. Keep the key, it is not shown again: ${key}`,
    )
    return 0
  },
}

/** @throws UsageError */
function readKey(given: Given): KeyByCommand {
  const name = given.get('name')
  const scope = given.get('scope')
  if (name === undefined || scope === undefined)
    throw new UsageError('"factotum keys create" needs a name and scopes, as in --name NAME --scope all.')
  return {
    name,
    scopes: scope.split(',').map((each) => each.trim()),
    owner: ownerOf(given),
    expiresAt: endOf(given.get('days')),
  }
}

function ownerOf(given: Given): KeyByCommand['owner'] {
  const account = given.get('account')
  const role = given.get('role')
  if (account === undefined && role === undefined) return { role: 'admin' }
  if (account !== undefined && role !== undefined)
    throw new UsageError('--role is for an account that is made: leave it out, or --account.')
  if (account !== undefined) return { account }
  if (isRole(role)) return { role }
  throw new UsageError(`--role takes one of ${roles.join(', ')}, not "${role}".`)
}

function endOf(days: string | undefined): Date | null {
  if (days === undefined) return null
  const count = Number(days)
  if (/^\d+$/.test(days) && count >= 1 && count <= 36_500) return new Date(Date.now() + count * 86_400_000)
  throw new UsageError(`--days takes a whole number from 1 to 36500, not "${days}".`)
}
