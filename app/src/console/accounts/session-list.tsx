import type { VNode } from 'preact'
import type { OwnSession } from '../../platform/accounts/own-account.ts'
import { Cell, Panel, PostButton, Row, Table, Time } from '../components/index.ts'

const columns = [{ label: 'Where' }, { label: 'Signed in' }, { label: 'End', hidden: true }]

/** Where one is signed in. */
export function SessionList({ sessions }: { sessions: OwnSession[] }): VNode {
  const others = sessions.some(({ current }) => !current)
  return (
    <Panel
      id="account-sessions"
      title="Sessions"
      aside={
        others ? (
          <PostButton action="/account/sessions/end-others" id="end-others">
            End all others
          </PostButton>
        ) : null
      }
    >
      <Table caption="Where you are signed in, the latest first" columns={columns}>
        {sessions.map(({ id, current, address, agent, since }) => (
          <Row id={`session-${id}`} key={id}>
            <Cell label="Where" main>
              {browserOf(agent)} <span class="row-note">{address}</span>
            </Cell>
            <Cell label="Signed in">
              <Time at={since} />
            </Cell>
            <Cell label="">
              {current ? (
                <span class="row-note">this one</span>
              ) : (
                <PostButton action={`/account/sessions/${id}/end`} tone="danger" id={`end-${id}`}>
                  End
                </PostButton>
              )}
            </Cell>
          </Row>
        ))}
      </Table>
    </Panel>
  )
}

const browsers: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** "Firefox on Windows", as far as the browser says so. */
export function browserOf(agent: string | null): string {
  const named = (list: [RegExp, string][]) => list.find(([pattern]) => pattern.test(agent ?? ''))?.[1]
  const browser = named(browsers)
  const system = named(systems)
  if (!browser) return agent || 'Unknown'
  return system ? `${browser} on ${system}` : browser
}
