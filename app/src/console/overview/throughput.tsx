import type { JobManager } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Panel } from '../components/index.ts'
import { MinuteChart } from './minute-chart.tsx'

const MINUTES = 180

/** Jobs that ended, a minute, over the last 3 hours. */
export async function loadThroughput(jobs: JobManager): Promise<VNode> {
  const minutes = await jobs.throughput(MINUTES)
  return (
    <Panel
      id="throughput"
      title="Jobs a minute, last 3 hours"
      topics="jobs"
      every={5_000}
      source="/overview/throughput"
    >
      <MinuteChart minutes={minutes} />
    </Panel>
  )
}
