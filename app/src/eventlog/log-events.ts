import { defineEvents } from './define.ts'

/** What happens to the log itself. */
export const logEvents = defineEvents({
  key: 'event_log',
  codes: {
    CONTENT_ERASED: {
      type: 'system',
      level: 'HIGH',
      selectableBy: [],
      description: 'Notes, context and patches of all earlier events erased',
      stopsTimer: false,
      order: 10,
    },
  },
})
