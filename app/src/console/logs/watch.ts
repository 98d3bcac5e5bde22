import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '../../platform/context.ts'
import type { HttpServer } from '../../platform/http/index.ts'
import { listLogFiles } from '../../platform/logging/files.ts'
import { logFolder } from '../../platform/logging/index.ts'
import { whileHeard } from '../while-heard.ts'

const every = 1_000

/** Tells the pages that lines came, of whichever process: the files are looked at, while somebody looks at the page. */
export function watchLog(app: HttpServer, { config, live, database, log }: Context): void {
  const folder = logFolder(config.home)
  let last: string | null = null
  whileHeard(app, {
    topic: 'logs',
    every,
    async look() {
      try {
        const now = await mark(folder)
        // The first time, too: lines may have come between the reading of a page and its listening.
        if (now !== last)
          await live.publish(database.pool, { topic: 'logs', type: 'changed', subject: 'logs', detail: {} })
        last = now
      } catch (error) {
        log.debug({ err: error }, 'the log could not be looked at')
      }
    },
    left() {
      last = null
    },
  })
}

/** Another where a line was written since. */
async function mark(folder: string): Promise<string> {
  const current = (await listLogFiles(folder)).filter(({ end }) => end === null)
  const sizes = await Promise.all(
    current.map(({ name }) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return current.map(({ id }, index) => `${id} ${sizes[index]}`).join('\n')
}
