import type { JobManager } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Panel } from '../components/index.ts'
import { ThroughputChart } from './throughput-chart.tsx'
import { WaitChart } from './wait-chart.tsx'

const MINUTES = 180

/** Jobs that ended, a minute, and how long they had waited, over the last 3 hours. */
export async function loadThroughput(jobs: JobManager): Promise<VNode> {
  const minutes = await jobs.throughput(MINUTES)
  return (
    <Panel id="throughput" title="Last 3 hours" topics="jobs" every={5_000} source="/overview/throughput">
      <ThroughputChart minutes={minutes} />
      <WaitChart minutes={minutes} />
    </Panel>
  )
}
