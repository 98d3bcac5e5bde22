import type { ComponentChildren, VNode } from 'preact'
import {
  Button,
  ButtonLink,
  EmailField,
  Form,
  Notice,
  PasswordField,
  TextField,
} from '../components/index.ts'
import { Refused } from './form-answer.tsx'
import type { FormRefusal } from './visitor.ts'

/** The narrow column of those who are not signed in. */
export const Door = ({ children }: { children: ComponentChildren }): VNode => (
  <div class="door">{children}</div>
)

const withNext = (path: string, next: string) =>
  next === '/' ? path : `${path}?next=${encodeURIComponent(next)}`

export interface SignInProps {
  /** Where to go on: a path of this site. */
  next: string
  email?: string
  refusal?: FormRefusal
}

export function SignInForm({ next, email, refusal }: SignInProps): VNode {
  return (
    <Door>
      <Refused refusal={refusal} />
      <Form class="form" action={withNext('/signin', next)}>
        <EmailField name="email" label="Email" value={email} autocomplete="username" />
        <PasswordField name="password" label="Password" autocomplete="current-password" />
        <div class="buttons">
          <Button tone="main" id="sign-in">
            Sign in
          </Button>
          <button type="button" class="button button-plain" data-passkey="sign-in" data-next={next} hidden>
            Sign in with a passkey
          </button>
        </div>
        <p class="form-note" role="alert" data-passkey-message hidden />
      </Form>
      <p class="door-more">
        <a href="/signin/forgotten">Forgot your password?</a>
      </p>
    </Door>
  )
}

export function CodeForm({ next, refusal }: SignInProps): VNode {
  return (
    <Door>
      <Refused refusal={refusal} />
      <Form class="form" action={withNext('/signin/code', next)}>
        <TextField
          name="code"
          label="Code"
          hint="The six digits that your authenticator app shows now, or one of your backup codes."
          autocomplete="one-time-code"
          required
        />
        <div class="buttons">
          <Button tone="main" id="send-code">
            Sign in
          </Button>
          <ButtonLink href={withNext('/signin', next)}>Begin again</ButtonLink>
        </div>
      </Form>
    </Door>
  )
}

export function ForgottenForm({ refusal }: { refusal?: FormRefusal }): VNode {
  return (
    <Door>
      <Refused refusal={refusal} />
      <Form class="form" action="/signin/forgotten">
        <EmailField
          name="email"
          label="Email"
          hint="You get a message with a link, with which you choose another password."
          autocomplete="username"
        />
        <div class="buttons">
          <Button tone="main" id="send-link">
            Send me a link
          </Button>
          <ButtonLink href="/signin">Back</ButtonLink>
        </div>
      </Form>
    </Door>
  )
}

/** The same for every email: whether somebody has it is not said. */
export const ForgottenSent = (): VNode => (
  <Door>
    <Notice title="If there is an account with this email, a link is on its way." role="status">
      It is good for an hour, and once. Until mail is set up, the message is only on the program’s screen: ask
      whoever runs it, who can also make a link with <code>factotum accounts link EMAIL</code>.
    </Notice>
  </Door>
)

export interface ChooseProps {
  token: string
  choose: 'invitation' | 'password'
  name: string
  email: string
  refusal?: FormRefusal
}

/** For an invitation, and for a password that was forgotten. */
export function ChoosePasswordForm({ token, choose, name, email, refusal }: ChooseProps): VNode {
  return (
    <Door>
      <Refused refusal={refusal} />
      <Form class="form" action="/signin/link">
        <input type="hidden" name="token" value={token} />
        <input type="hidden" name="email" value={email} autocomplete="username" />
        <p>
          {choose === 'invitation' ? 'You are invited as' : 'For the account of'} <strong>{email}</strong>.
        </p>
        {choose === 'invitation' ? (
          <TextField
            name="name"
            label="Your name"
            value={name}
            autocomplete="name"
            error={refusal?.fields.name}
            required
          />
        ) : null}
        <PasswordField
          name="password"
          label="New password"
          hint="10 letters or more. A few words are better than one."
          autocomplete="new-password"
          error={refusal?.fields.password}
        />
        <div class="buttons">
          <Button tone="main" id="choose-password">
            {choose === 'invitation' ? 'Come in' : 'Keep this password'}
          </Button>
        </div>
      </Form>
    </Door>
  )
}
