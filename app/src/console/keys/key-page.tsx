import type { VNode } from 'preact'
import type { Key } from '../../platform/keys/read.ts'
import { ButtonLink, CodeBlock, Facts, Notice, Panel, PostButton, Time } from '../components/index.ts'
import { KeyState } from './key-list.tsx'

/** One key; what it is cannot be seen again. */
export function KeyPage({ of: key, origin }: { of: Key; origin: string }): VNode {
  const { account, hourlyLimit, dailyLimit } = key
  const many = (limit: number | null) => (limit === null ? 'as for all' : String(limit))
  return (
    <div class="split">
      <div class="split-main">
        <Panel id="key-facts" title="About this key">
          <Facts
            facts={[
              { label: 'State', value: <KeyState state={key.state} /> },
              { label: 'Begins with', value: <code>{key.start}</code> },
              { label: 'Account', value: account.service ? `${account.name}, a program` : account.name },
              { label: 'For', value: key.scopes.join(', ') },
              { label: 'Made', value: <Time at={key.createdAt} as="today" /> },
              { label: 'Expires', value: key.expiresAt ? <Time at={key.expiresAt} as="today" /> : 'never' },
              { label: 'Last used', value: key.lastUsedAt ? <Time at={key.lastUsedAt} /> : 'never' },
              { label: 'Calls an hour', value: many(hourlyLimit) },
              { label: 'Calls a day', value: many(dailyLimit) },
            ]}
          />
        </Panel>
        {key.state === 'revoked' ? null : (
          <Panel id="key-end" title="Revoke it">
            <p class="panel-text">
              Whatever comes with this key is refused from then on. It cannot be taken back.
            </p>
            <div class="buttons">
              <PostButton action={`/keys/${key.id}/revoke`} tone="danger" id="revoke">
                Revoke this key
              </PostButton>
            </div>
          </Panel>
        )}
        <HowToCall origin={origin} />
      </div>
    </div>
  )
}

/** The key, once. */
export function KeyMade({ of: key, secret, origin }: { of: Key; secret: string; origin: string }): VNode {
  return (
    <div class="split">
      <div class="split-main">
        <Notice tone="good" title={`The key “${key.name}” is made.`} role="status">
          Keep it where its program finds it: it is shown here, and never again.
        </Notice>
        <div class="form form-wide">
          <div class="field">
            <label for="made-key">Key</label>
            <textarea class="input input-code" id="made-key" rows={3} value={secret} readOnly />
          </div>
          <div class="buttons">
            <ButtonLink href="/keys">To the keys</ButtonLink>
          </div>
        </div>
        <HowToCall origin={origin} />
      </div>
    </div>
  )
}

const HowToCall = ({ origin }: { origin: string }): VNode => (
  <Panel id="key-use" title="Calling with it">
    <CodeBlock
      label="A call in a shell"
      text={`export FACTOTUM_KEY=fct_…\ncurl -H "X-API-Key: $FACTOTUM_KEY" ${origin}/auth/me`}
    />
    <p class="panel-text">
      <code>Authorization: Bearer …</code> does the same. All calls are on <a href="/docs">the API’s page</a>.
    </p>
  </Panel>
)
