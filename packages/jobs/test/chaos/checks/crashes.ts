import type { Check } from '../findings.ts'

/** No fault takes a process down but those that are meant to. */
export const crashes: Check = (history) =>
  history.crashes.map(({ process, why }) => ({ kind: 'crashed', text: `${process} ended by itself: ${why}` }))
