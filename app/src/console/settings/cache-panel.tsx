import type { VNode } from 'preact'
import type { CacheFigures } from '../../platform/cache/index.ts'
import { Count, Facts, Notice, Panel, Time } from '../components/index.ts'

/** Which cache is in force in the process that answers, and what it is worth. */
export function CachePanel({ figures }: { figures: CacheFigures }): VNode {
  const { type, hits, misses, failures, skipped, kept, dropped, troubles } = figures
  const asked = hits + misses + failures + skipped
  return (
    <Panel id="cache-figures" title="Cache, since this process started">
      {troubles.map(({ what, reason, since }) => (
        <Notice tone="warn" title={`The cache is not there: ${what}`} key={what}>
          {reason}. Pages are made without it, and lack nothing. Since <Time at={since} />.
        </Notice>
      ))}
      <Facts
        facts={[
          { label: 'In force', value: type },
          { label: 'Questions', value: <Count value={asked} /> },
          { label: 'Found', value: <Found hits={hits} asked={asked} /> },
          { label: 'Not there', value: <Count value={misses} /> },
          { label: 'No answer', value: <Unanswered failures={failures} skipped={skipped} /> },
          { label: 'Kept', value: <Kept kept={kept} dropped={dropped} /> },
        ]}
      />
    </Panel>
  )
}

function Found({ hits, asked }: { hits: number; asked: number }): VNode {
  const share = asked > 0 ? ` · ${Math.floor((100 * hits) / asked)} %` : null
  return (
    <>
      <Count value={hits} />
      {share}
    </>
  )
}

const Unanswered = ({ failures, skipped }: { failures: number; skipped: number }): VNode => (
  <>
    <Count value={failures} />
    {skipped > 0 ? (
      <>
        {' '}
        · <Count value={skipped} /> not asked
      </>
    ) : null}
  </>
)

const Kept = ({ kept, dropped }: { kept: number; dropped: number }): VNode => (
  <>
    <Count value={kept} />
    {dropped > 0 ? (
      <>
        {' '}
        · <Count value={dropped} /> had no room
      </>
    ) : null}
  </>
)
