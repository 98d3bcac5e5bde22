import type { Command } from '../command.ts'
import { concurrency, features, queues, workerRole } from '../options.ts'
import { serve } from '../serve.ts'
import { settings } from '../settings.ts'

export const worker: Command = {
  summary: 'A worker alone: runs jobs. Any number, on any machines that reach the database.',
  options: { queues, concurrency, features },
  run: (given) =>
    serve({
      config: settings(),
      name: 'worker',
      roles: { worker: workerRole(given) },
      given,
      ready: () => console.log(`The worker is ready (queues: ${given.get('queues') ?? 'all'})`),
    }),
}
