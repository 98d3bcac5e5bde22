import type { VNode } from 'preact'
import type { Asker } from '../../platform/accounts/asker.ts'
import type { Person } from '../../platform/accounts/people.ts'
import { allPermissions, may, permissions } from '../../platform/accounts/permissions.ts'
import { roles } from '../../platform/accounts/roles.ts'
import { Refused } from '../accounts/form-answer.tsx'
import { roleNames } from '../accounts/role-names.ts'
import type { FormRefusal } from '../accounts/visitor.ts'
import { Button, ButtonLink, Form, SelectField, TextField } from '../components/index.ts'
import type { KeyFields } from './form.ts'

export interface KeyFormProps {
  asker: Asker
  /** Accounts of programs, for who may make keys for them. */
  programs: Person[]
  fields: KeyFields
  refusal?: FormRefusal
}

const spans = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
  { value: '', label: 'until it is revoked' },
]

export function KeyForm({ asker, programs, fields, refusal }: KeyFormProps): VNode {
  return (
    <div class="door door-wide">
      <Refused refusal={refusal} />
      <Form class="form form-wide" action="/keys/new">
        <TextField
          name="name"
          label="What it is for"
          value={fields.name}
          error={refusal?.fields.name}
          autocomplete="off"
          required
        />
        {may(asker, 'keys.all') ? (
          <SelectField
            name="whose"
            label="Whose it is"
            hint="It may at most what its account may, and what it does is written down as that account’s doing."
            value={fields.whose}
            options={owners(programs)}
          />
        ) : null}
        <Scopes asker={asker} chosen={fields.scopes} error={refusal?.fields.scopes} />
        <SelectField
          name="days"
          label="Good for"
          value={fields.days}
          options={spans}
          error={refusal?.fields.expires_at}
        />
        <div class="field-pair">
          <TextField
            name="hourly_limit"
            label="Calls an hour"
            placeholder="as for all"
            value={fields.hourly_limit}
            type="number"
            error={refusal?.fields.hourly_limit}
          />
          <TextField
            name="daily_limit"
            label="Calls a day"
            placeholder="as for all"
            value={fields.daily_limit}
            type="number"
            error={refusal?.fields.daily_limit}
          />
        </div>
        <div class="buttons">
          <Button tone="main" id="make-key">
            Make the key
          </Button>
          <ButtonLink href="/keys">Back</ButtonLink>
        </div>
      </Form>
    </div>
  )
}

const owners = (programs: Person[]) => [
  { value: 'own', label: 'Mine' },
  ...programs.map(({ id, name }) => ({ value: `account:${id}`, label: `${name}, a program` })),
  ...roles.map((role) => ({ value: `role:${role}`, label: `A new program as ${roleNames[role]}` })),
]

interface ScopesProps {
  asker: Asker
  chosen: string[]
  error: string | undefined
}

/** A box for all, and one for each feature and action that the account has. */
function Scopes({ asker, chosen, error }: ScopesProps): VNode {
  const box = (scope: string, label: string, name = label) => (
    <label class="tick" key={scope}>
      <input
        type="checkbox"
        name="scopes"
        value={scope}
        checked={chosen.includes(scope)}
        aria-label={name === label ? undefined : name}
      />
      {label}
    </label>
  )
  return (
    <fieldset class="field" aria-describedby={error ? 'scopes-error' : undefined}>
      <legend>What it may do</legend>
      <div class="ticks">
        <div class="tick-row">{box('all', 'All that its account may')}</div>
        {offered(asker).map(([feature, actions]) => (
          <div class="tick-row" key={feature}>
            {box(feature, feature)}
            <span class="tick-parts">
              {actions.map((action) => box(`${feature}.${action}`, action, `${feature}: ${action}`))}
            </span>
          </div>
        ))}
      </div>
      {error ? (
        <p class="field-error" id="scopes-error">
          {error}
        </p>
      ) : null}
    </fieldset>
  )
}

/** Features with the actions that this account may; those of which it may nothing are left out. */
function offered(asker: Asker): [string, string[]][] {
  const mine = allPermissions.filter((permission) => may(asker, permission)).map((each) => each.split('.'))
  return Object.keys(permissions)
    .map((name): [string, string[]] => [
      name,
      mine.flatMap(([feature, action]) => (feature === name && action ? [action] : [])),
    ])
    .filter(([, actions]) => actions.length > 0)
}
