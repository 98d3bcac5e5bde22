import { defineEvents } from '../../eventlog/index.ts'

/** What happens between accounts and sign-in providers; the subject is an `account`, by its id. */
export const providerEvents = defineEvents({
  key: 'provider',
  codes: {
    LINKED: {
      type: 'event',
      level: 'HIGH',
      selectableBy: [],
      description: 'Known by a sign-in provider from now on',
      stopsTimer: false,
      order: 10,
    },
    UNLINKED: {
      type: 'system',
      level: 'HIGH',
      selectableBy: [],
      description: 'Deleted at the sign-in provider, and known by it no more',
      stopsTimer: false,
      order: 20,
    },
  },
})
