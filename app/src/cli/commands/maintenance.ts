import type { Command } from '../command.ts'
import { settings } from '../settings.ts'

/** The two commands of maintenance. */
const command = (on: boolean, summary: string): Command => ({
  summary,
  options: {},
  async run() {
    const { setMaintenance } = await import('../../compose/maintenance.ts')
    const changed = await setMaintenance(settings(), on)
    const now = on ? 'Maintenance is on' : 'Maintenance is off'
    console.log(changed ? `${now}, in every process within 2 seconds.` : `${now} already.`)
    return 0
  },
})

export const maintenanceOn = command(
  true,
  'Tells everybody but administrators to come later (503). Jobs go on, and /status and /health answer.',
)
export const maintenanceOff = command(false, 'Lets everybody in again.')
