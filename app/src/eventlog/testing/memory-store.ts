import type { HeadStore } from '../head-file.ts'

/** Files in memory, for a test to look at and to change. */
export function memoryStore(): HeadStore & { files: Map<string, string> } {
  const files = new Map<string, string>()
  return {
    files,
    async put(name, data) {
      let text = ''
      for await (const chunk of data) text += Buffer.from(chunk).toString('utf8')
      files.set(name, text)
    },
    async read(name) {
      const text = files.get(name)
      return text === undefined ? null : pieces(text)
    },
    async *list() {
      yield* [...files.keys()]
    },
  }
}

/** Cut anywhere, as a network or a disk does. */
async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 50) yield bytes.subarray(at, at + 50)
}
