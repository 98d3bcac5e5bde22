import type { FastifyRequest } from 'fastify'
import type { Asker } from '../accounts/asker.ts'
import type { HttpServer } from './index.ts'

/** Milliseconds that what is for everybody waits to know who asks. */
const patience = 3_000

/** Who asks; nobody where that can't be looked up, or not in time: the database may be what is wrong. */
export async function whoAsksOrNobody(
  app: HttpServer,
  { raw, log }: Pick<FastifyRequest, 'raw' | 'log'>,
): Promise<Asker | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer came within ${patience / 1_000} s.`)), patience)
  })
  try {
    return await Promise.race([app.whoAsks(raw), late])
  } catch (error) {
    log.warn({ err: error }, 'who asks could not be looked up; the request goes on as nobody')
    return null
  } finally {
    clearTimeout(timer)
  }
}
