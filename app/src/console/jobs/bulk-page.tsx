import type { BulkAnswer } from '@factotum/jobs'
import type { VNode } from 'preact'
import { ButtonLink, Count, Empty, Facts, Notice, PostButton } from '../components/index.ts'
import type { Action } from './bulk-actions.ts'
import { listAddress, type Narrowing, narrowingFields } from './filter.ts'

const words = {
  retry: {
    verb: 'Retry',
    which: 'failed',
    done: 'retried',
    what: 'Each runs again under its id, as soon as a worker is free.',
  },
  cancel: {
    verb: 'Cancel',
    which: 'unfinished',
    done: 'canceled',
    what: 'Those that wait are canceled at once. Those that run are told to stop, and lose their work.',
  },
}

const fieldLabels: Record<keyof Narrowing, string> = {
  state: 'State',
  queue: 'Queue',
  name: 'Name',
  text: 'Text',
  args: 'Arguments contain',
  created_after: 'Created after',
  created_before: 'Created before',
  ended_after: 'Ended after',
  ended_before: 'Ended before',
}

interface AskProps {
  action: Action
  narrowing: Narrowing
  /** Of the dry run. */
  answer: BulkAnswer
}

/** Says how many jobs it is about, and asks. */
export function BulkQuestion({ action, narrowing, answer: { matched, more } }: AskProps): VNode {
  const { verb, which, what } = words[action]
  const back = listAddress(narrowing)
  if (matched === 0 && !more)
    return (
      <Empty
        kind="match"
        title={`No ${which} job matches`}
        action={<ButtonLink href={back}>Back to the list</ButtonLink>}
      >
        There is nothing to {action}.
      </Empty>
    )
  return (
    <div class="confirm">
      <Notice tone="warn" title={<Matched which={which} matched={matched} more={more} />}>
        {what} It is about the jobs that match at that moment.
      </Notice>
      <Facts facts={factsOf(narrowing)} />
      <div class="buttons">
        <PostButton
          tone={action === 'cancel' ? 'danger' : 'main'}
          action="/jobs/bulk"
          fields={{ action, ...narrowing }}
          id="bulk-do"
        >
          {verb} {more ? 'all of them' : <Count value={matched} one="job" />}
        </PostButton>
        <ButtonLink href={back}>Back to the list</ButtonLink>
      </div>
    </div>
  )
}

/** What came of it. */
export function BulkResult({ action, narrowing, answer }: AskProps): VNode {
  const { done, canceling, refused } = answer
  const bad = refused.length > 0
  return (
    <div class="confirm">
      <Notice
        tone={bad ? 'warn' : 'good'}
        role="status"
        title={
          <>
            <Count value={done} one="job" /> {done === 1 ? 'was' : 'were'} {words[action].done}.
          </>
        }
      >
        {canceling > 0 ? (
          <p>
            <Count value={canceling} one="job" /> that {canceling === 1 ? 'runs was' : 'run were'} told to
            stop.
          </p>
        ) : null}
        {refused.map(({ reason, count }) => (
          <p key={reason}>
            <Count value={count} one="job" /> could not be: {reason}
          </p>
        ))}
      </Notice>
      <div class="buttons">
        <ButtonLink href={listAddress(narrowing)}>Back to the list</ButtonLink>
      </div>
    </div>
  )
}

function Matched({ which, matched, more }: { which: string; matched: number; more: boolean }): VNode {
  return (
    <>
      <Count value={matched} /> {more ? 'or more ' : ''}
      {which} {matched === 1 && !more ? 'job matches.' : 'jobs match.'}
    </>
  )
}

function factsOf(narrowing: Narrowing) {
  const facts = narrowingFields.flatMap((field) => {
    const value = narrowing[field]
    return value === undefined ? [] : [{ label: fieldLabels[field], value }]
  })
  return facts.length > 0 ? facts : [{ label: 'Filter', value: 'None: every job there is' }]
}
