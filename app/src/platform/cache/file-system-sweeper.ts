import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import cacache from 'cacache'

/** A fourth of the room may be written before a look is taken at what is there; no value is larger. */
export const share = 4
const hour = 3_600_000

/** Keeps a folder of cacache within its room. What it takes from another process at the wrong moment is a miss there. */
export class Sweeper {
  readonly #folder: string
  readonly #maxBytes: number
  #written = 0
  /** The first write sweeps: what many short lives of the program wrote adds up. */
  #sweptAt = 0
  #sweep: Promise<void> | null = null

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder
    this.#maxBytes = maxBytes
  }

  /** Sweeps beside what goes on, when it is time to. */
  wrote(bytes: number): void {
    this.#written += bytes
    if (!this.#isDue() || this.#sweep) return
    this.#sweep = this.#sweepWhileDue()
      // The disk is in trouble: what is asked of the cache tells so, and the next sweep comes.
      .catch(() => {})
      .finally(() => {
        this.#sweep = null
      })
  }

  #isDue(): boolean {
    return this.#written >= this.#maxBytes / share || Date.now() - this.#sweptAt > hour
  }

  /** What is written during a sweep may be as much again. */
  async #sweepWhileDue(): Promise<void> {
    while (this.#isDue()) {
      this.#written = 0
      this.#sweptAt = Date.now()
      await this.#run()
    }
  }

  async close(): Promise<void> {
    await this.#sweep
  }

  async #run(): Promise<void> {
    const entries = Object.values(await cacache.ls(this.#folder)).sort((one, other) => other.time - one.time)
    const now = Date.now()
    let total = 0
    for (const entry of entries) {
      total += entry.size ?? 0
      if (expiryOf(entry.metadata) <= now || total > this.#maxBytes / 2)
        await removeEntry(this.#folder, entry)
    }
    await removeNameless(this.#folder, new Set(entries.map(({ path }) => path)), now - hour)
  }
}

/**
 * What crashes and two writers at once left: content and drafts that no entry names. Only old ones: an entry is written
 * after its content. (cacache's own `verify` looks at no age, and takes what others are writing.)
 */
async function removeNameless(folder: string, named: Set<string>, before: number): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || named.has(path) || path.startsWith(join(folder, 'index-'))) continue
    const found = await stat(path).catch(() => null)
    if (found && found.mtimeMs < before) await rm(path, { force: true })
  }
}

/** The types know nothing of it: without it, each entry that is removed leaves a file that says so. */
const removeKey: (folder: string, key: string, options: { removeFully: true }) => Promise<unknown> =
  cacache.rm.entry

export async function removeEntry(
  folder: string,
  { key, integrity }: { key: string; integrity: string },
): Promise<void> {
  await removeKey(folder, key, { removeFully: true })
  await cacache.rm.content(folder, integrity)
}

/** The moment at which an entry is over; 0 for one that doesn't say. */
export function expiryOf(metadata: unknown): number {
  const known = typeof metadata === 'object' && metadata !== null && 'expiresAt' in metadata
  return known && typeof metadata.expiresAt === 'number' ? metadata.expiresAt : 0
}
