import type { Command } from '../command.ts'
import { features } from '../options.ts'
import { serve } from '../serve.ts'
import { settings } from '../settings.ts'

export const scheduler: Command = {
  summary: 'The scheduler alone: enqueues what schedules are due. Several may run; each fire happens once.',
  options: { features },
  run: (given) =>
    serve({
      config: settings(),
      name: 'scheduler',
      roles: { scheduler: true },
      given,
      ready: () => console.log('The scheduler is ready'),
    }),
}
