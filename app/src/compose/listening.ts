import type { HttpServer } from '../platform/http/index.ts'

/** Time that open requests have to end when the program is told to stop. */
const requestGrace = 10_000

/** The port is taken. */
export class PortTaken extends Error {
  override name = 'PortTaken'
}

export interface Place {
  /** What listens there, for the log. */
  what: string
  host: string
  port: number
  /** The setting of the port, for whoever has to choose another. */
  variable: string
}

/** Answers the address. @throws PortTaken, or another Error with what to do */
export async function listen(app: HttpServer, { what, host, port, variable }: Place): Promise<string> {
  try {
    return await app.listen({ host, port, listenTextResolver: (address) => `${what} listens at ${address}` })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') {
      throw new PortTaken(
        `Port ${port} is used by another program. Stop it, or set ${variable} to a free port.`,
      )
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new Error(`HOST is "${host}", which is no address of this machine.`)
    }
    if (code === 'EACCES')
      throw new Error(`This user may not use port ${port}. Set ${variable} to one above 1023.`)
    throw error
  }
}

/** No new requests; the open ones end, or are ended. */
export async function close(app: HttpServer): Promise<void> {
  const late = setTimeout(() => app.server.closeAllConnections(), requestGrace)
  await app.close()
  clearTimeout(late)
}
