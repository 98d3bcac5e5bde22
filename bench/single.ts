import { againstPeers } from './against-peers.ts'
import { runAlone } from './alone.ts'
import type { Contender } from './contender.ts'

const inFlight = 50

export const single = againstPeers({
  name: 'single enqueue',
  counted: `jobs a second enqueued one by one, ${inFlight} calls on their way at any time, each waiting for its own commit; all are counted in the tables after`,
  ofPeer: 3,
  counts: ({ flags }) => [flags.single],
  rate,
})

async function rate(contender: Contender, url: string, count: number): Promise<number> {
  const caller = await contender.open(url)
  let next = 0
  async function call(): Promise<void> {
    while (next < count) await caller.addOne(next++)
  }
  try {
    await caller.addOne(-1)
    const start = performance.now()
    await Promise.all(Array.from({ length: inFlight }, call))
    const seconds = (performance.now() - start) / 1000
    const left = await caller.left()
    if (left !== count + 1) throw new Error(`${contender.name} stored ${left} jobs of ${count + 1}.`)
    return count / seconds
  } finally {
    await caller.close()
  }
}

await runAlone(import.meta.url, single)
