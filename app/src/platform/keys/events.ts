import { defineEvents } from '../../eventlog/index.ts'

/** What happens to keys; the subject is a `key`, by its id. */
export const keyEvents = defineEvents({
  key: 'key',
  codes: {
    MADE: {
      type: 'event',
      level: 'HIGH',
      selectableBy: [],
      description: 'Key made',
      stopsTimer: false,
      order: 10,
    },
    REVOKED: {
      type: 'event',
      level: 'HIGH',
      selectableBy: [],
      description: 'Key revoked',
      stopsTimer: false,
      order: 20,
    },
  },
})
