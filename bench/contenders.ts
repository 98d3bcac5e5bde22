import type { Contender } from './contender.ts'
import { factotum } from './factotum.ts'
import { graphile } from './graphile.ts'
import { raw } from './raw.ts'

/** Ours first: ratios are ours to each of the others. */
export const contenders: [ours: Contender, ...peers: Contender[]] = [factotum, graphile, raw]
