import type { LinkedJob } from '@factotum/jobs'
import type { VNode } from 'preact'
import { Count, Panel, StateSign } from '../components/index.ts'

/** More are a number. */
const SHOWN = 20

/** Jobs at the other end of a dependency; nothing where there are none. */
export function Linked({ id, title, jobs }: { id: string; title: string; jobs: LinkedJob[] }): VNode | null {
  if (jobs.length === 0) return null
  return (
    <Panel id={id} title={title}>
      <ul class="linked">
        {jobs.slice(0, SHOWN).map((job) => (
          <li key={job.id}>
            {job.name === null ? (
              <span class="none">no longer kept</span>
            ) : (
              <a href={`/jobs/${job.id}`} id={`${id}-${job.id}`}>
                {job.name}
              </a>
            )}{' '}
            <span class="id">{job.id}</span> <StateSign sign={job.state} />
          </li>
        ))}
      </ul>
      {jobs.length > SHOWN ? (
        <p class="panel-more">
          and <Count value={jobs.length - SHOWN} one="more" many="more" />
        </p>
      ) : null}
    </Panel>
  )
}
