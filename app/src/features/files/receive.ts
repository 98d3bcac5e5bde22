import { randomUUID } from 'node:crypto'
import type { Context } from '../../platform/context.ts'
import { refusalOfContent } from './content.ts'
import errors from './errors.ts'
import { shownName } from './names.ts'
import { type Survey, Surveyor } from './survey.ts'

/** Below this key stands what was handed in. */
export const storageFolder = 'files'

export interface Upload {
  /** As the client gave it. */
  name: string | undefined
  /** The declared content type. */
  type: string
  data: AsyncIterable<Uint8Array>
}

/** An upload whose bytes are safe on disk, and that nothing knows yet. */
export interface Received {
  name: string
  key: string
  size: number
  sha256: string
  survey: Survey
}

/**
 * Writes an upload to the storage as it comes, and looks at its bytes on the way.
 *
 * @throws HttpError not_a_table, as soon as that is seen; nothing is then kept
 */
export async function receive({ storage }: Pick<Context, 'storage'>, upload: Upload): Promise<Received> {
  const name = shownName(upload.name)
  const surveyor = new Surveyor()
  const key = `${storageFolder}/${randomUUID()}`
  const check = (survey: Survey) => {
    const reason = refusalOfContent(upload.type, surveyor.head, survey)
    if (reason) throw errors.fail('not_a_table', { name, reason })
  }
  let survey = surveyor.result()
  async function* surveyed() {
    let checked = false
    for await (const chunk of upload.data) {
      surveyor.take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
      if (!checked && surveyor.headIsFull) {
        check(surveyor.result())
        checked = true
      }
      yield chunk
    }
    survey = surveyor.result()
    check(survey)
  }
  const { size, sha256 } = await storage.put(key, surveyed())
  return { name, key, size, sha256, survey }
}
