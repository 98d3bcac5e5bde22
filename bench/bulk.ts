import { againstPeers } from './against-peers.ts'
import { runAlone } from './alone.ts'
import type { Contender } from './contender.ts'

const batch = 1000
const callers = 2

export const bulk = againstPeers({
  name: 'bulk enqueue',
  counted: `jobs a second that ${callers} callers in one process enqueue in batches of 1,000, each waiting for its batch; all are counted in the tables after`,
  ofPeer: 2.5,
  counts: ({ flags }) => flags.jobs,
  rate,
})

async function rate(contender: Contender, url: string, count: number): Promise<number> {
  const caller = await contender.open(url)
  let next = 0
  async function call(): Promise<void> {
    while (next < count) {
      const from = next
      next += batch
      await caller.addMany(Array.from({ length: Math.min(batch, count - from) }, (_, index) => from + index))
    }
  }
  try {
    await caller.addOne(-1)
    const start = performance.now()
    await Promise.all(Array.from({ length: callers }, call))
    const seconds = (performance.now() - start) / 1000
    const left = await caller.left()
    if (left !== count + 1) throw new Error(`${contender.name} stored ${left} jobs of ${count + 1}.`)
    return count / seconds
  } finally {
    await caller.close()
  }
}

await runAlone(import.meta.url, bulk)
