import { bullmqOnPostgres, bullmqOnRedis } from './bullmq.ts'
import type { Contender } from './contender.ts'
import { factotum } from './factotum.ts'
import { graphile } from './graphile.ts'
import { pgBoss } from './pg-boss.ts'
import { raw } from './raw.ts'

/** Engines whose acknowledged jobs survive a crash: ours is compared with the best of them. */
export const peers: readonly Contender[] = [graphile, pgBoss, bullmqOnPostgres, bullmqOnRedis]

export const contenders: readonly Contender[] = [factotum, ...peers, raw]
