import type { Command } from '../command.ts'
import { settings } from '../settings.ts'

export const accountsLink: Command = {
  summary: 'Prints a link that signs the person with this email in, once, within 15 minutes.',
  options: {},
  operand: 'EMAIL',
  async run(given) {
    const { makeSignInLink } = await import('../../compose/sign-in-link.ts')
    console.log(await makeSignInLink(settings(), given.get('EMAIL') ?? ''))
    return 0
  },
}
