import { defineEvents } from '../../eventlog/index.ts'

/** What happens to settings; the subject is a `setting`, by its config name. */
export const settingEvents = defineEvents({
  key: 'setting',
  codes: {
    CHANGED: {
      type: 'event',
      level: 'MODERATE',
      selectableBy: [],
      description: 'Set to another value',
      stopsTimer: false,
      order: 10,
    },
  },
})
