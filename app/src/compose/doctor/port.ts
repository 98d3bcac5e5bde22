import { createServer } from 'node:net'
import type { Config } from '../../platform/config/index.ts'
import { findRunning } from '../running.ts'
import { bad, type Diagnosis, well } from './diagnosis.ts'

/** Whether the web server could listen where it is to. */
export async function checkPort({
  host,
  port,
  home,
}: Pick<Config, 'host' | 'port' | 'home'>): Promise<Diagnosis> {
  const running = await findRunning(home)
  if (running) return well('port', `The program of this home runs already, at ${running.url}.`)
  if (port === 0) return well('port', 'PORT is 0: any free port is taken.')
  const code = await refusalOf(host, port)
  if (code === null) return well('port', `${host}:${port} is free.`)
  if (code === 'EADDRINUSE')
    return bad(
      'port',
      `${host}:${port} is used by another program.`,
      'Stop that one, or set PORT to a free port.',
    )
  if (code === 'EACCES')
    return bad('port', `This user may not use port ${port}.`, 'Set PORT to one above 1023.')
  return bad(
    'port',
    `${host}:${port} can't be listened at (${code}).`,
    'Set HOST to an address of this machine.',
  )
}

function refusalOf(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port }, () => server.close(() => resolve(null)))
  })
}
