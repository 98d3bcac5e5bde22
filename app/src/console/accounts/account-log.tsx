import type { VNode } from 'preact'
import type { OwnAccount } from '../../platform/accounts/own-account.ts'
import { Cell, Panel, Row, Table, Time } from '../components/index.ts'
import { browserOf } from './session-list.tsx'

const columns = [{ label: 'What' }, { label: 'From' }, { label: 'When', end: true }]

/** Whether it was oneself, people see best themselves. */
export function AccountLog({ events }: { events: OwnAccount['lately'] }): VNode | null {
  if (events.length === 0) return null
  return (
    <Panel id="account-log" title="What happened lately">
      <Table caption="Sign-ins and changes of your account, the latest first" columns={columns}>
        {events.map(({ id, what, address, agent, at }) => (
          <Row id={`own-event-${id}`} key={id}>
            <Cell label="What" main>
              {what}
            </Cell>
            <Cell label="From">
              {address === null ? <span class="none">–</span> : <>{address} </>}
              {agent === null ? null : <span class="row-note">{browserOf(agent)}</span>}
            </Cell>
            <Cell label="When" end>
              <Time at={at} />
            </Cell>
          </Row>
        ))}
      </Table>
    </Panel>
  )
}
