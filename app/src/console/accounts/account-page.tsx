import type { VNode } from 'preact'
import type { Asker } from '../../platform/accounts/asker.ts'
import type { OwnAccount } from '../../platform/accounts/own-account.ts'
import {
  Button,
  EmailField,
  Facts,
  Form,
  Notice,
  Panel,
  PasswordField,
  TextField,
} from '../components/index.ts'
import { AccountLog } from './account-log.tsx'
import { Refused } from './form-answer.tsx'
import { roleNames } from './role-names.ts'
import { SessionList } from './session-list.tsx'
import type { FormRefusal } from './visitor.ts'

/** The form that a refusal belongs to. */
export type AccountForm = 'name' | 'password' | 'second-factor'

export interface AccountPageProps {
  asker: Asker
  account: OwnAccount
  /** Just signed in by the first administrator's link. */
  welcome?: boolean
  saved?: boolean
  refused?: { form: AccountForm; refusal: FormRefusal }
}

/** All about oneself. */
export function AccountPage({ asker, account, welcome, saved, refused }: AccountPageProps): VNode {
  const refusalOf = (form: AccountForm) => (refused?.form === form ? refused.refusal : undefined)
  const unreachable = account.email === null || !account.hasPassword
  return (
    <div class="split">
      <div class="split-main">
        {welcome || unreachable ? <Welcome first={asker.account.role === 'admin'} /> : null}
        {saved ? (
          <Notice tone="good" role="status">
            Saved.
          </Notice>
        ) : null}
        <NameForm account={account} refusal={refusalOf('name')} />
        <PasswordForm account={account} refusal={refusalOf('password')} />
        <SecondFactor account={account} refusal={refusalOf('second-factor')} />
        <Passkeys account={account} />
        <SessionList sessions={account.sessions} />
        <AccountLog events={account.lately} />
      </div>
      <div class="split-aside">
        <Panel id="account-facts" title="About this account">
          <Facts
            facts={[
              { label: 'Email', value: account.email ?? 'none yet' },
              { label: 'Role', value: asker.account.role ? roleNames[asker.account.role] : 'none yet' },
            ]}
          />
        </Panel>
      </div>
    </div>
  )
}

/** For who came by a link and could not come back. */
const Welcome = ({ first }: { first: boolean }): VNode => (
  <Notice tone="warn" title="Give yourself an email and a password." id="account-welcome">
    Until then you get in by a link only{first ? ', which the program prints at its start' : ''}.
  </Notice>
)

function NameForm({ account, refusal }: { account: OwnAccount; refusal: FormRefusal | undefined }): VNode {
  return (
    <Panel id="account-name" title="Name">
      <Form class="form" action="/account/name">
        <Refused refusal={refusal} />
        <TextField
          name="name"
          label="Your name"
          value={account.name}
          autocomplete="name"
          error={refusal?.fields.name}
          required
        />
        {account.email === null ? (
          <EmailField
            name="email"
            label="Your email"
            hint="With it you sign in. It can't be changed later."
            autocomplete="username"
            error={refusal?.fields.email}
          />
        ) : null}
        <div class="buttons">
          <Button id="save-name">Keep this name</Button>
        </div>
      </Form>
    </Panel>
  )
}

function PasswordForm({
  account,
  refusal,
}: {
  account: OwnAccount
  refusal: FormRefusal | undefined
}): VNode {
  return (
    <Panel id="account-password" title="Password">
      <Form class="form" action="/account/password">
        <Refused refusal={refusal} />
        {account.hasPassword ? (
          <PasswordField name="current" label="Present password" autocomplete="current-password" />
        ) : null}
        <PasswordField
          name="password"
          label="New password"
          hint="10 letters or more. All other sessions end."
          autocomplete="new-password"
          error={refusal?.fields.password}
        />
        <div class="buttons">
          <Button id="save-password">{account.hasPassword ? 'Change the password' : 'Set a password'}</Button>
        </div>
      </Form>
    </Panel>
  )
}

function SecondFactor({
  account,
  refusal,
}: {
  account: OwnAccount
  refusal: FormRefusal | undefined
}): VNode {
  const { twoFactor, hasPassword, email } = account
  if (!hasPassword || email === null)
    return (
      <Panel id="account-second-factor" title="Authenticator app">
        <p>A code as well as the password: set a password and an email first.</p>
      </Panel>
    )
  return (
    <Panel id="account-second-factor" title="Authenticator app">
      <Form class="form" action={twoFactor ? '/account/second-factor/end' : '/account/second-factor'}>
        <Refused refusal={refusal} />
        <p>
          {twoFactor
            ? 'You are asked for a code after your password.'
            : 'Whoever knows your password then needs your telephone, too.'}
        </p>
        <div class="field">
          <label for="factor-password">Present password</label>
          <input
            class="input"
            id="factor-password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
          />
        </div>
        <div class="buttons">
          <Button id="second-factor" tone={twoFactor ? 'danger' : 'plain'}>
            {twoFactor ? 'Ask for no code any more' : 'Set up an app'}
          </Button>
        </div>
      </Form>
    </Panel>
  )
}

function Passkeys({ account: { passkeys } }: { account: OwnAccount }): VNode {
  return (
    <Panel id="account-passkeys" title="Passkeys">
      {passkeys.length > 0 ? (
        <ul class="plain-list">
          {passkeys.map(({ id, name }) => (
            <li key={id}>
              <span>{name || 'A passkey'}</span>
              <Form class="inline-form" action={`/account/passkeys/${id}/remove`}>
                <Button tone="danger" id={`remove-${id}`}>
                  Remove <span class="hidden">{name || 'this passkey'}</span>
                </Button>
              </Form>
            </li>
          ))}
        </ul>
      ) : null}
      <form class="form">
        <p>A device signs you in with its own lock, without a password.</p>
        <div class="field">
          <label for="passkey-name">Name of the device</label>
          <input class="input" id="passkey-name" name="name" type="text" autocomplete="off" />
        </div>
        <div class="buttons">
          <button type="button" class="button button-plain" data-passkey="register" hidden>
            Add a passkey
          </button>
        </div>
        <p class="form-note" role="alert" data-passkey-message hidden />
        <noscript>
          <p class="form-note">Passkeys need JavaScript.</p>
        </noscript>
      </form>
    </Panel>
  )
}
