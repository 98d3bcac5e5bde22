import { setTimeout } from 'node:timers/promises'

/** A file as its JSON says it. */
export interface FileJson {
  id: number
  filename: string
  status: string
  progress: number
  error: string | null
  handling_time: number | null
  report: ReportJson | null
}

export interface ReportJson {
  rows: number
  refused: number
  refused_rows: { line: number; reason: string }[]
  duplicates: number
  reading: { encoding: string; delimiter: string; quote: string | null; header: boolean }
  notices: string[]
  first_rows: (string | null)[][]
  columns: { name: string; type: string; position: number; nulls: number; distinct: number }[]
}

export interface Sent {
  status: number
  body: { id: number; filename: string; status: string; error?: string; message?: string }
}

/** What a program does with the files of a server. */
export function filesClient(url: string) {
  const at = (path: string) => `${url}/processing_file/${path}`
  const one = async (id: number): Promise<FileJson> => (await fetch(at(`${id}/`))).json()
  return {
    at,
    one,
    async send(content: string | Buffer, name = 'table.csv', type = 'text/csv'): Promise<Sent> {
      const form = new FormData()
      form.append(
        'file',
        new Blob([typeof content === 'string' ? content : new Uint8Array(content)], { type }),
        name,
      )
      const response = await fetch(at(''), {
        method: 'POST',
        body: form,
        headers: { accept: 'application/json' },
      })
      return { status: response.status, body: await response.json() }
    },
    async remove(id: number | string): Promise<Sent> {
      const response = await fetch(at(`${id}/`), { method: 'DELETE' })
      return { status: response.status, body: await response.json() }
    },
    /** Waits until the file has a status. */
    async until(id: number, ...statuses: string[]): Promise<FileJson> {
      const end = Date.now() + 60_000
      for (;;) {
        const file = await one(id)
        if (statuses.includes(file.status)) return file
        if (Date.now() > end) throw new Error(`File ${id} is ${file.status}, not ${statuses.join(' or ')}.`)
        await setTimeout(20)
      }
    },
  }
}
