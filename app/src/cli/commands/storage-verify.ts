import type { Command } from '../command.ts'
import { settings } from '../settings.ts'

export const storageVerify: Command = {
  summary:
    'Reads all that is stored on this machine; tells what is not as it was kept, and then ends with 1.',
  options: {},
  async run() {
    const { verifyStorage } = await import('../../compose/verify-storage.ts')
    const { same, damaged, unknown } = await verifyStorage(settings(), (key) =>
      console.log(`damaged: ${key}`),
    )
    const older =
      unknown > 0 ? ` ${unknown} more have no checksum: they were kept before there were any.` : ''
    console.log(`${same} as they were kept, ${damaged} damaged.${older}`)
    return damaged > 0 ? 1 : 0
  },
}
