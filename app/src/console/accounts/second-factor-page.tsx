import type { VNode } from 'preact'
import type { NewSecondFactor } from '../../platform/accounts/second-factor.ts'
import { Button, ButtonLink, Form, Panel, TextField } from '../components/index.ts'
import { Refused } from './form-answer.tsx'
import { QrCode } from './qr-code.tsx'
import type { FormRefusal } from './visitor.ts'

export interface SecondFactorPageProps {
  /** Shown once; null after a wrong code. */
  made: NewSecondFactor | null
  refusal?: FormRefusal
}

/** The secret for the app, and the code that shows that it arrived there. */
export function SecondFactorPage({ made, refusal }: SecondFactorPageProps): VNode {
  return (
    <div class="door">
      <Refused refusal={refusal} />
      {made ? (
        <>
          <Panel id="factor-secret" title="1. Take this into your app">
            <QrCode
              text={made.uri}
              label="QR code for the authenticator app; the same as text stands below"
            />
            <p>
              Or type it in: <code class="factor-secret">{made.secret}</code>
            </p>
          </Panel>
          <Panel id="factor-backup" title="2. Keep these backup codes">
            <p>Each lets you in once, when the app is lost. They are not shown again.</p>
            <ul class="backup-codes">
              {made.backupCodes.map((code) => (
                <li key={code}>
                  <code>{code}</code>
                </li>
              ))}
            </ul>
          </Panel>
        </>
      ) : null}
      <Panel id="factor-confirm" title={made ? '3. Show that it works' : 'Show that it works'}>
        <Form class="form" action="/account/second-factor/confirm">
          <TextField
            name="code"
            label="The six digits that the app shows now"
            autocomplete="one-time-code"
            required
          />
          <div class="buttons">
            <Button tone="main" id="confirm-factor">
              Ask me for a code from now on
            </Button>
            <ButtonLink href="/account">Leave it</ButtonLink>
          </div>
        </Form>
      </Panel>
    </div>
  )
}
