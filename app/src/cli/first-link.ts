import type { Context } from '../platform/context.ts'

/** Prints the link that signs the first administrator in, while there is none who can without. */
export async function tellFirstLink({ accounts }: Context): Promise<void> {
  const link = await accounts.firstAdministratorLink()
  if (link) console.log(`Sign in as its first administrator, once and within 15 minutes: ${link}`)
}
