import type { VNode } from 'preact'
import type { Build } from '../../platform/status/build.ts'
import { type CheckName, type Finding, type Health, meanings } from '../../platform/status/index.ts'
import { Cell, Facts, Notice, Panel, PostButton, Row, StateSign, Table, Time } from '../components/index.ts'

export interface StatusPageProps {
  health: Health
  build: Build
  maintenance: boolean
}

const names: Record<CheckName, string> = {
  database: 'Database',
  queue: 'Jobs',
  disk: 'Disk',
  storage: 'Storage',
  mail: 'Mail',
}
const order: CheckName[] = ['database', 'queue', 'disk', 'storage', 'mail']

const signs = {
  ok: { sign: 'finished', word: 'well' },
  failing: { sign: 'failed', word: 'failing' },
  absent: { sign: 'canceled', word: 'not there' },
} as const

export function StatusPage({ health, build, maintenance }: StatusPageProps): VNode {
  return (
    <div class="status">
      <Summary health={health} maintenance={maintenance} />
      <Panel id="checks" title="Checks">
        <Table
          caption="Checks"
          columns={[{ label: 'Part' }, { label: 'State' }, { label: 'Now' }, { label: 'Meaning' }]}
        >
          {order.map((name) => (
            <Check name={name} finding={health.checks[name]} key={name} />
          ))}
        </Table>
      </Panel>
      <Panel id="build" title="Program">
        <Facts facts={factsOf(build)} />
      </Panel>
      <PostButton
        action="/status/maintenance"
        fields={{ on: String(!maintenance) }}
        needs="settings.edit"
        id="maintenance"
        tone={maintenance ? 'main' : 'danger'}
      >
        {maintenance ? 'End maintenance' : 'Begin maintenance'}
      </PostButton>
    </div>
  )
}

function Summary({ health: { ok, checks }, maintenance }: Omit<StatusPageProps, 'build'>): VNode {
  const wrong = order.filter((name) => checks[name].state === 'failing').map((name) => names[name])
  return (
    <>
      {maintenance ? (
        <Notice tone="warn" title="This program is being maintained.">
          Pages and calls are answered for administrators alone; jobs go on.
        </Notice>
      ) : null}
      {ok ? (
        <Notice tone="good" title="All is well." />
      ) : (
        <Notice tone="bad" title={`Not all is well: ${wrong.join(', ')}.`}>
          What was handed in is kept. This page is right again by itself once the cause is gone: load it
          again.
        </Notice>
      )}
    </>
  )
}

const Check = ({ name, finding: { state, message } }: { name: CheckName; finding: Finding }): VNode => (
  <Row id={`check-${name}`}>
    <Cell label="Part" main>
      {names[name]}
    </Cell>
    <Cell label="State" side>
      <StateSign {...signs[state]} />
    </Cell>
    <Cell label="Now">{message}</Cell>
    <Cell label="Meaning">{meanings[name]}</Cell>
  </Row>
)

const factsOf = ({ version, commit, buildDate }: Build) => [
  { label: 'Version', value: version },
  { label: 'Commit', value: commit === null ? 'not known' : <code class="id">{commit.slice(0, 12)}</code> },
  { label: 'Built', value: buildDate === null ? 'not known' : <Time at={new Date(buildDate)} /> },
]
