import type { JobStep } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Panel, Timeline } from '../components/index.ts'

/** What the handler has finished of its work; a later attempt goes on after it. */
export function JobSteps({ steps }: { steps: JobStep[] }): VNode {
  return (
    <Panel id="job-steps" title="Steps">
      <Timeline entries={steps.map(({ name, at }) => ({ at, title: name, tone: 'good' as const }))} />
    </Panel>
  )
}
