import type { Command } from '../command.ts'
import { tellFirstLink } from '../first-link.ts'
import { features } from '../options.ts'
import { serve } from '../serve.ts'
import { settings } from '../settings.ts'

export const web: Command = {
  summary: 'The web server alone; workers run apart.',
  options: { features },
  run: (given) =>
    serve({
      config: settings(),
      name: 'web',
      roles: { web: true },
      given,
      ready: ({ url, context }) => {
        console.log(`The web server is ready at ${url}`)
        void tellFirstLink(context)
      },
    }),
}
