// `npm run bench`: this engine beside its peers, on one machine in one run. What counts are the ratios.
import { runAll } from './alone.ts'
import { bulk } from './bulk.ts'
import { cost } from './cost.ts'
import { drain } from './drain.ts'
import { flat } from './flat.ts'
import { idle } from './idle.ts'
import { keys } from './keys.ts'
import { latency } from './latency.ts'
import { single } from './single.ts'
import { tenProcesses } from './ten-processes.ts'
import { waking } from './waking.ts'

await runAll([bulk, single, drain, latency, flat, tenProcesses, waking, keys, idle, cost])
