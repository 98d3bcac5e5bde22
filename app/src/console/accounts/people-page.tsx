import type { VNode } from 'preact'
import type { Person } from '../../platform/accounts/people.ts'
import { roles } from '../../platform/accounts/roles.ts'
import {
  Button,
  ButtonLink,
  Cell,
  EmailField,
  Facts,
  Form,
  Notice,
  Panel,
  PostButton,
  Row,
  SelectField,
  Table,
  TextField,
  Time,
} from '../components/index.ts'
import { usePerson } from '../person.ts'
import { Refused } from './form-answer.tsx'
import { roleNames } from './role-names.ts'
import type { FormRefusal } from './visitor.ts'

const columns = [{ label: 'Name' }, { label: 'Role' }, { label: 'State' }, { label: 'Signed in', end: true }]
const states = { active: 'Active', invited: 'Invited', deactivated: 'Deactivated' }
const noRole = { value: '', label: 'None yet' }
const roleOptions = [noRole, ...roles.map((role) => ({ value: role, label: roleNames[role] }))]

/** Everybody who may come. */
export function PeopleList({ people }: { people: Person[] }): VNode {
  return (
    <Table caption="People and programs, by name" columns={columns}>
      {people.map((person) => (
        <Row id={`person-${person.id}`} key={person.id}>
          <Cell label="Name" main>
            <a href={`/people/${person.id}`}>{person.name}</a>{' '}
            <span class="row-note">{person.service ? 'a program' : person.email}</span>
          </Cell>
          <Cell label="Role">
            {person.role ? roleNames[person.role] : <span class="none">none yet</span>}
          </Cell>
          <Cell label="State" side>
            {states[person.status]}
          </Cell>
          <Cell label="Signed in" end>
            {person.lastSignInAt ? <Time at={person.lastSignInAt} /> : <span class="none">never</span>}
          </Cell>
        </Row>
      ))}
    </Table>
  )
}

export interface InviteProps {
  email?: string
  name?: string
  role?: string
  refusal?: FormRefusal
}

export function InviteForm({ email, name, role = 'staff', refusal }: InviteProps): VNode {
  return (
    <div class="door">
      <Refused refusal={refusal} />
      <Form class="form" action="/people/invite">
        <EmailField
          name="email"
          label="Email"
          value={email}
          autocomplete="off"
          error={refusal?.fields.email}
        />
        <TextField name="name" label="Name" value={name} hint="They can change it." autocomplete="off" />
        <SelectField name="role" label="Role" value={role} options={roleOptions} />
        <div class="buttons">
          <Button tone="main" id="invite">
            Invite
          </Button>
          <ButtonLink href="/people">Back</ButtonLink>
        </div>
      </Form>
    </div>
  )
}

/** The link, for who hands it on by hand. */
export function LinkMade({ person, link }: { person: Person; link: string }): VNode {
  const invited = person.status === 'invited'
  return (
    <div class="door">
      <Notice
        tone="good"
        title={invited ? `${person.email} is invited.` : `${person.name} can choose another password.`}
        role="status"
      >
        No mail is set up yet: the message is on the program’s screen alone. Hand this link on yourself; it is
        good {invited ? 'for a week' : 'for an hour'}, and once.
      </Notice>
      <div class="form">
        <div class="field">
          <label for="made-link">Link</label>
          <input class="input" id="made-link" type="text" value={link} readOnly />
        </div>
        <div class="buttons">
          <ButtonLink href="/people">To the people</ButtonLink>
        </div>
      </div>
    </div>
  )
}

/** One person, with what an administrator does about them. */
export function PersonPage({ person, refusal }: { person: Person; refusal?: FormRefusal }): VNode {
  const { may } = usePerson()
  return (
    <div class="split">
      <div class="split-main">
        <Refused refusal={refusal} />
        <Panel id="person-facts" title="About them">
          <Facts
            facts={[
              { label: 'Email', value: person.email ?? 'none' },
              { label: 'Role', value: person.role ? roleNames[person.role] : 'none yet' },
              { label: 'State', value: states[person.status] },
              { label: 'Code asked', value: person.twoFactor ? 'yes, by an app' : 'no' },
              { label: 'Since', value: <Time at={person.createdAt} as="day" /> },
              {
                label: 'Signed in',
                value: person.lastSignInAt ? <Time at={person.lastSignInAt} as="day" /> : 'never',
              },
              ...(may('events.read') ? [{ label: 'Events', value: <EventsOf person={person} /> }] : []),
            ]}
          />
        </Panel>
        {may('people.edit') ? <PersonForms person={person} /> : null}
      </div>
    </div>
  )
}

const EventsOf = ({ person: { id } }: { person: Person }): VNode => (
  <a href={`/events?subject=${encodeURIComponent(`account ${id}`)}`}>All that happened</a>
)

function PersonForms({ person }: { person: Person }): VNode {
  const at = (verb: string) => `/people/${person.id}/${verb}`
  return (
    <>
      <Panel id="person-role" title="Role">
        <Form class="form" action={at('role')}>
          <SelectField name="role" label="Role" value={person.role ?? ''} options={roleOptions} />
          <div class="buttons">
            <Button id="change-role">Give this role</Button>
          </div>
        </Form>
      </Panel>
      <Panel id="person-access" title="Access">
        <div class="buttons">
          {person.status === 'deactivated' || person.service ? null : (
            <PostButton action={at('link')} id="send-link">
              {person.status === 'invited' ? 'Send the invitation again' : 'Send a link for another password'}
            </PostButton>
          )}
          {person.status === 'deactivated' ? (
            <PostButton action={at('reactivate')} id="reactivate">
              Let them in again
            </PostButton>
          ) : (
            <PostButton action={at('deactivate')} tone="danger" id="deactivate">
              Let them in no more
            </PostButton>
          )}
        </div>
      </Panel>
    </>
  )
}
