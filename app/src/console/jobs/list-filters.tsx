import type { VNode } from 'preact'
import { Button, Chips, SelectField, TextField } from '../components/index.ts'
import { listAddress, type Narrowing } from './filter.ts'
import { states } from './schemas.ts'

const ages = [
  { value: '', label: 'Any time' },
  { value: '15m', label: 'In the last 15 minutes' },
  { value: '1h', label: 'In the last hour' },
  { value: '24h', label: 'In the last 24 hours' },
  { value: '7d', label: 'In the last 7 days' },
]

/** Fields that have no place in the form; they stay as the address has them. */
const kept = ['state', 'args', 'created_before', 'ended_after', 'ended_before'] as const

/** What narrows the list: the state at a touch, the rest by a form whose answer is the list's address. */
export function ListFilters({ narrowing, queues }: { narrowing: Narrowing; queues: string[] }): VNode {
  const { state, ...others } = narrowing
  const chips = [
    { label: 'All', href: listAddress(others), active: !state },
    ...states.map((each) => ({
      label: each,
      href: listAddress({ ...others, state: each }),
      active: state?.split(',').includes(each) ?? false,
    })),
  ]
  return (
    <div class="filters">
      <Chips label="State" chips={chips} />
      <form class="filter-form" action="/jobs" method="get">
        {kept.map((field) =>
          narrowing[field] ? <input type="hidden" name={field} value={narrowing[field]} key={field} /> : null,
        )}
        <SelectField
          name="queue"
          label="Queue"
          value={narrowing.queue}
          options={withChosen(
            [{ value: '', label: 'All queues' }, ...queues.map((name) => ({ value: name, label: name }))],
            narrowing.queue,
          )}
        />
        <TextField name="name" label="Name" type="search" value={narrowing.name} placeholder="Exact name" />
        <TextField
          name="text"
          label="Text"
          type="search"
          value={narrowing.text}
          placeholder="In arguments or error"
        />
        <SelectField
          name="created_after"
          label="Created"
          value={narrowing.created_after}
          options={withChosen(ages, narrowing.created_after)}
        />
        <Button>Filter</Button>
      </form>
    </div>
  )
}

/** An address may choose what the form does not offer. */
function withChosen(options: { value: string; label: string }[], chosen: string | undefined) {
  if (!chosen || options.some(({ value }) => value === chosen)) return options
  return [...options, { value: chosen, label: chosen }]
}
