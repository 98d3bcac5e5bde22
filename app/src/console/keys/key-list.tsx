import type { VNode } from 'preact'
import type { Key } from '../../platform/keys/read.ts'
import { ButtonLink, Cell, type Column, Empty, Row, StateSign, Table, Time } from '../components/index.ts'

/** Keys, with whose they are where they are everybody's. */
export function KeyList({ keys, all }: { keys: Key[]; all: boolean }): VNode {
  if (keys.length === 0) {
    return (
      <Empty kind="nothing" title="No keys yet" action={<ButtonLink href="/keys/new">Make a key</ButtonLink>}>
        With a key a program calls this one: it may at most what its account may.
      </Empty>
    )
  }
  const columns: Column[] = [
    { label: 'Name' },
    ...(all ? [{ label: 'Account' }] : []),
    { label: 'For', minor: true },
    { label: 'State' },
    { label: 'Expires', end: true },
    { label: 'Last used', end: true },
  ]
  return (
    <Table caption="Keys: those that are good first, of these the latest first" columns={columns}>
      {keys.map((key) => (
        <Row id={`key-${key.id}`} key={key.id}>
          <Cell label="Name" main>
            <a href={`/keys/${key.id}`}>{key.name}</a> <span class="row-note">{key.start}…</span>
          </Cell>
          {all ? (
            <Cell label="Account">
              {key.account.name} {key.account.service ? <span class="row-note">a program</span> : null}
            </Cell>
          ) : null}
          <Cell label="For" minor>
            {key.scopes.join(', ')}
          </Cell>
          <Cell label="State" side>
            <KeyState state={key.state} />
          </Cell>
          <Cell label="Expires" end>
            {key.expiresAt ? <Time at={key.expiresAt} /> : <span class="none">never</span>}
          </Cell>
          <Cell label="Last used" end>
            {key.lastUsedAt ? <Time at={key.lastUsedAt} /> : <span class="none">never</span>}
          </Cell>
        </Row>
      ))}
    </Table>
  )
}

const words = { active: 'Good', expired: 'Expired', revoked: 'Revoked' }

export const KeyState = ({ state }: { state: Key['state'] }): VNode => (
  <StateSign sign={state === 'active' ? 'finished' : 'canceled'} word={words[state]} />
)
