import type { Contender } from './contender.ts'
import type { Flags } from './flags.ts'
import type { Findings } from './report.ts'
import type { Store } from './store.ts'

/** What a program measures on, and with whom. */
export interface Stage {
  flags: Flags
  postgres: Store
  /** Ours first, then the peers that can be started here, then raw SQL. */
  contenders: readonly Contender[]
  /** Runs work on an empty database of the kind that this contender keeps its jobs in. */
  withEmpty<T>(contender: Contender, work: (url: string) => Promise<T>): Promise<T>
  /** For who waits meanwhile. */
  say(line: string): void
}

/** Measures towards one of the goals. */
export interface Program {
  readonly name: string
  /** What is counted; printed before it begins. */
  readonly counted: string
  measure(stage: Stage): Promise<Findings>
}
